"""Python's gql: `python python_gql.py ADDRESS`. It fetches the schema first, and checks the query against it itself."""

import json
import os
import sys

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport

QUERY = """query Passport($nic: String!) { personInfo(nic: $nic) { fullName birthInfo { district } } }"""

transport = RequestsHTTPTransport(url=sys.argv[1], headers={"Authorization": f"Bearer {os.environ['NDX_TOKEN']}"})
client = Client(transport=transport, fetch_schema_from_transport=True)
question = gql(QUERY)
question.variable_values = {"nic": "199512345678"}
try:
    data, errors = client.execute(question), []
except TransportQueryError as refused:
    data, errors = refused.data, refused.errors
extensions = [error["extensions"] for error in errors]
link = extensions[0].get("consentPortalUrl") if extensions else None
print(json.dumps({"data": data, "codes": [one["code"] for one in extensions], "link": link}))
