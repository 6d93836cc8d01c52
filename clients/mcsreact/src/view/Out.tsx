import type { ReactNode } from "react";

interface OutProps {
  href: string;
  title?: string;
  className?: string;
  children: ReactNode;
}

/** A link into MissionScope, in a tab of its own. `href` is of `pageAddress`, so it never leads elsewhere. */
export function Out({ href, title, className = "msx-link", children }: OutProps): ReactNode {
  return (
    <a className={className} href={href} title={title} target="_blank" rel="noopener noreferrer">
      <bdi>{children}</bdi>
    </a>
  );
}
