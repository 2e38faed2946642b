/** Comment lines: what the file holds that the check has its environment from. @param passphrase the variable for that of the state */
export function environmentFile(passphrase: "PULUMI_CONFIG_PASSPHRASE" | "PULUMI_CONFIG_PASSPHRASE_FILE"): string {
  return `#   PULUMI_BACKEND_URL, ${passphrase}
#   OS_AUTH_URL, OS_REGION_NAME, OS_AUTH_TYPE=v3applicationcredential, OS_APPLICATION_CREDENTIAL_ID, OS_APPLICATION_CREDENTIAL_SECRET
#   for a state in S3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and, where the server is not Amazon's,
#   AWS_REQUEST_CHECKSUM_CALCULATION=when_required, AWS_RESPONSE_CHECKSUM_VALIDATION=when_required
#   ESTATE_DRIFT_WEBHOOK, if findings are to be sent somewhere`;
}
