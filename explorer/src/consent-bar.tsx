/** Says, for as long as the last answer does, that a person must decide, and leads to the page where she can. */
import type { ConsentLink } from "./consent";

const WORDS = {
  ask: {
    why: "Nobody gets this without the person’s consent. Hand her this link: she signs in, reads who asks for what and why, and decides.",
    link: "Open the request for consent",
  },
  manage: {
    why: "The person has said no, or has stopped sharing. Only she can change that, on her own page.",
    link: "Open the person’s page",
  },
} as const;

export function ConsentBar({ links }: { links: ConsentLink[] }) {
  // The region is always there: screen readers announce what changes in it, not regions that appear.
  return (
    <div role="status" className="consent" data-links={links.length}>
      {links.map(({ kind, url }) => (
        <p key={url}>
          {WORDS[kind].why}{" "}
          <a href={url} target="_blank" rel="noopener noreferrer">
            {WORDS[kind].link} (new tab)
          </a>
        </p>
      ))}
    </div>
  );
}
