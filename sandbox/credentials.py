"""What the sandbox servers accept. Made up, good on loopback only, and no secret of anybody."""

EXACT_DIVISION = 102030
EXACT_CLIENT_ID = "{5a4d1c9e-0000-4000-8000-00000000c11e}"
EXACT_CLIENT_SECRET = "sandbox-exact-client-secret"
EXACT_REFRESH_TOKEN = "sandbox-first-refresh-token"
OPTIPLY_ACCOUNT_ID = 4711
OPTIPLY_COUPLING_ID = 815
OPTIPLY_USERNAME = "sandbox@optiply.example"
OPTIPLY_PASSWORD = "sandbox-optiply-password"
OPTIPLY_CLIENT_ID = "sandbox-optiply-client"
OPTIPLY_CLIENT_SECRET = "sandbox-optiply-client-secret"
