// What every client here asks, and how it says what it got: one line of JSON with the data, the codes and the consent link.
export const [address] = process.argv.slice(2);
export const authorization = `Bearer ${process.env.NDX_TOKEN}`;
export const query = `query Passport($nic: String!) {
  personInfo(nic: $nic) { fullName birthInfo { district } }
}`;
export const variables = { nic: "199512345678" };

export function tell(data, errors = [], more = {}) {
  const codes = errors.map((error) => error.extensions?.code);
  const link = errors[0]?.extensions?.consentPortalUrl;
  console.log(JSON.stringify({ data: data ?? null, codes, link: link ?? null, ...more }));
}
