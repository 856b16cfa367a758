import { compose } from "../compose";
import { t } from "../i18n";
import { blocks, linkify, unquote } from "./text";

/** A plain text with its links; quotes are folded. */
export function PlainText({ text }: { text: string }) {
  const parts = blocks(text.trimEnd());
  const onlyQuote = parts.every((block) => block.quoted);
  return (
    <div class="plain">
      {parts.map((block, at) =>
        block.quoted ? (
          <details key={at} open={onlyQuote}>
            <summary class="quote-toggle">{t("reader.quoted")}</summary>
            <div>
              <Linked text={unquote(block.text)} />
            </div>
          </details>
        ) : (
          <Linked key={at} text={block.text} />
        ),
      )}
    </div>
  );
}

function Linked({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map(({ text: shown, href }, at) => {
        if (href === null) return shown;
        if (href.startsWith("mailto:"))
          return (
            <a
              key={at}
              href={href}
              onClick={(event) => {
                event.preventDefault();
                void compose({ kind: "new", to: href.slice(7) });
              }}
            >
              {shown}
            </a>
          );
        return (
          <a key={at} href={href} target="_blank" rel="noopener noreferrer">
            {shown}
          </a>
        );
      })}
    </>
  );
}
