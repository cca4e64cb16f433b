"""Import the Terraform variables of the Lambda sample as our settings."""
