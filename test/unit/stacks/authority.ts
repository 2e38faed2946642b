/** A certificate of an authority that nobody has the key of: `openssl req -x509 -newkey ed25519 -keyout /dev/null -days 36500`. */
export const authority = `\
-----BEGIN CERTIFICATE-----
MIIBYTCCAROgAwIBAgIUEQ2QeHvyfilywpyoLapwR8ldPvAwBQYDK2VwMCUxIzAh
BgNVBAMMGkV4YW1wbGUgcmVnaXN0cnkgYXV0aG9yaXR5MCAXDTI2MTEyMTIwNTEy
MloYDzIxMjYxMDI4MjA1MTIyWjAlMSMwIQYDVQQDDBpFeGFtcGxlIHJlZ2lzdHJ5
IGF1dGhvcml0eTAqMAUGAytlcAMhACUS4mBm6tLnkbxKtEmGiRsUS8ENKU4kDepV
7DC9JjSyo1MwUTAdBgNVHQ4EFgQUjfsy79ZvSujMrLtwPln07/Hsr2MwHwYDVR0j
BBgwFoAUjfsy79ZvSujMrLtwPln07/Hsr2MwDwYDVR0TAQH/BAUwAwEB/zAFBgMr
ZXADQQBkxORh9IgFwMhkOCeDFx3TKqCaGSpmQH60E/6tQ8JOO+ZsuAvyW7UJVxc6
UZHcE5Lhe84R+eU2QJdkl7/3cqwB
-----END CERTIFICATE-----
`;
