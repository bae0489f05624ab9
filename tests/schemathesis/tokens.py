"""The tokens with which schemathesis calls: for each security scheme of the APIs, from whoever gives them in earnest.

Every token is fetched anew before it ends, so that a run may take as long as it likes.
"""

import base64
import hashlib
import html
import json
import os
import re
import secrets
import subprocess
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import schemathesis

PROGRAM, DATA, FUDI, SERVICE = (os.environ[name] for name in ("NDX_PROGRAM", "NDX_DATA", "NDX_FUDI", "NDX_SERVICE"))
# The portal in the browser, as the sandbox's clients have it.
PORTAL, PORTAL_PAGE = "CONSENT_PORTAL_APP", "http://localhost:5173"
# A service's token lives for 60 seconds, which is the shortest.
REFRESH_SECONDS = 20


def service_token() -> str:
    """Of the gateway, whom every service lets in."""
    command = [PROGRAM, "service-token", "--as", "gateway", "--for", SERVICE, "--data", DATA]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def application_token() -> str:
    """Of the passport office, by its client credentials."""
    proof = base64.b64encode(b"passport-app:passport-app-sandbox").decode()
    form = {"grant_type": "client_credentials"}
    return traded(form, {"Authorization": f"Basic {proof}"})


def citizen_token() -> str:
    """Of Nayana, who signs in at the identity provider: authorization code with PKCE (RFC 7636)."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    request = {
        "response_type": "code",
        "client_id": PORTAL,
        "redirect_uri": PORTAL_PAGE,
        "scope": "openid profile nic",
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), StayHere())
    page = browser.open(f"{FUDI}/oauth2/authorize?{urllib.parse.urlencode(request)}").read().decode()
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    form = {name: html.unescape(value) for name, value in hidden} | {"user": "nayana", "password": "sandbox"}
    sent_back = browser.open(f"{FUDI}/oauth2/sign-in", urllib.parse.urlencode(form).encode())
    answer = urllib.parse.parse_qs(urllib.parse.urlparse(sent_back.headers["Location"]).query)
    return traded(
        {
            "grant_type": "authorization_code",
            "client_id": PORTAL,
            "code": answer["code"][0],
            "redirect_uri": PORTAL_PAGE,
            "code_verifier": verifier,
        },
        {},
    )


def traded(form: dict, headers: dict) -> str:
    request = urllib.request.Request(f"{FUDI}/oauth2/token", urllib.parse.urlencode(form).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


class StayHere(urllib.request.HTTPRedirectHandler):
    """Nobody is at home at the portal's page: the code is read from the address."""

    def http_error_303(self, request, answer, code, message, headers):
        return answer

    http_error_302 = http_error_303


GIVEN_BY = {"serviceToken": service_token, "applicationToken": application_token, "citizenToken": citizen_token}


def scheme_of(operation) -> str | None:
    wanted = operation.definition.raw.get("security") or [{}]
    return next(iter(wanted[0]), None)


@schemathesis.auth(refresh_interval=REFRESH_SECONDS, cache_by_key=lambda case, _: scheme_of(case.operation) or "")
class Tokens:
    def get(self, case, context):
        scheme = scheme_of(case.operation)
        return GIVEN_BY[scheme]() if scheme else None

    def set(self, case, token, context):
        if token:
            case.headers["Authorization"] = f"Bearer {token}"
