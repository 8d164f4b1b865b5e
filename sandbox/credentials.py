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
MONTAPACKING_USERNAME = "sandbox-montapacking"
MONTAPACKING_PASSWORD = "sandbox-montapacking-password"
QLS_USERNAME = "sandbox-qls@qls.example"
QLS_PASSWORD = "sandbox-qls-password"
QLS_COMPANY_ID = "0d8c5f0e-0000-4000-8000-0000000000c1"
