package network

import (
	"fmt"
	"os/exec"
	"strings"
)

// table replaces a whole table at once, whether it is there or not: nft has no better word for that before 1.0.8.
func table(name string, lines []string) string {
	text := "table " + name + "\ndelete table " + name + "\ntable " + name + " {\n"
	for _, line := range lines {
		text += "  " + line + "\n"
	}
	return text + "}\n"
}

// load hands rules to the kernel, all of them or none.
func load(rules string) error {
	command := exec.Command("nft", "-f", "-")
	command.Stdin = strings.NewReader(rules)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, strings.TrimSpace(string(output)))
	}
	return nil
}
