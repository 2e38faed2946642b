package network

// Policies puts the rules of this host's pods into force, all at once.
func Policies(rules []string) error { return load(table("ip k3s-network-policy", rules)) }
