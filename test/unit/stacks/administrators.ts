/** Keys of administrators who do not exist, as `ssh-keygen -t ed25519` and `-t ecdsa` wrote them. */
export const keys = {
  anna: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINYMxpGqkxCJSNMrblW8B+v5bQOQO+cosWwtkU/fRH0c anna@laptop",
  ben: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJOo4Hm1Z2YN768CwqXcbTV3D42Qx2cbUsq0Upf/F5SFnrE9eIryNgpN2bKn0UELORrKcUu2wPC7UR3r2GzkV8k= ben",
} as const;
