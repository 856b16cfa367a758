import DOMPurify from "dompurify";
import { t } from "../i18n";

/** HTML of a message that has nothing left that could act, and how much of it wanted to reach out. */
export type SafeHtml = {
  html: string;
  /** Remote images and styles that were taken out. */
  blocked: number;
  /** It brings no colours of its own, so that it may take those of the theme. */
  plain: boolean;
};

export type Options = {
  /** Whether images may come from the network. */
  remote: boolean;
  /** The HTML goes out again, as a quote: links stay as they were and nothing is folded. */
  outgoing?: boolean;
};

const purifier = DOMPurify();

const forbiddenTags = [
  "form",
  "input",
  "button",
  "select",
  "textarea",
  "option",
  "iframe",
  "object",
  "embed",
  "audio",
  "video",
  "source",
  "track",
  "link",
  "base",
  "meta",
  "svg",
  "math",
  "dialog",
  "template",
  "slot",
  "portal",
];
const forbiddenAttributes = [
  "srcset",
  "ping",
  "action",
  "formaction",
  "autofocus",
  "contenteditable",
  "popover",
  "tabindex",
  "accesskey",
  "id",
  "name",
];

// DOMPurify holds every attribute against this, width and align too: so it must also let pass what is no URL. Links
// and images are looked at once more below.
const allowedValue =
  /^(?:(?:https?|mailto|tel|cid):|data:image\/(?:png|jpe?g|gif|webp|bmp);|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i;
const allowedLink = /^(?:https?:|mailto:|tel:|\/\/)/i;

const remoteUrl = /^(?:https?:)?\/\//i;
const cssUrl = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^)]*))\s*\)/gi;

/**
 * Makes HTML harmless (DOMPurify), takes remote content out unless it was asked for, sends links to a tab of
 * their own and folds quotes. The frame that shows the result allows no script either way.
 */
export function sanitise(html: string, { remote, outgoing = false }: Options): SafeHtml {
  const body = purifier.sanitize(html, {
    RETURN_DOM: true,
    WHOLE_DOCUMENT: true,
    FORCE_BODY: false,
    ADD_TAGS: ["style"],
    ADD_ATTR: ["target", "background", "bgcolor"],
    FORBID_TAGS: forbiddenTags,
    FORBID_ATTR: forbiddenAttributes,
    ALLOW_UNKNOWN_PROTOCOLS: false,
    ALLOWED_URI_REGEXP: allowedValue,
  }) as HTMLElement;

  let blocked = 0;
  const block = () => {
    blocked += 1;
  };
  for (const style of body.querySelectorAll("style"))
    style.textContent = safeCss(style.textContent ?? "", remote, block);
  for (const element of body.querySelectorAll<HTMLElement>("[style]"))
    element.setAttribute("style", safeCss(element.getAttribute("style") ?? "", remote, block));
  for (const element of body.querySelectorAll("[background]")) {
    if (!remote && remoteUrl.test(element.getAttribute("background") ?? "")) block();
    element.removeAttribute("background");
  }
  for (const image of body.querySelectorAll("img")) safeImage(image, remote, block);
  if (!outgoing) {
    for (const link of body.querySelectorAll<HTMLElement>("a[href], area[href]")) safeLink(link);
    foldQuotes(body);
  }
  return { html: body.innerHTML, blocked, plain: !hasColours(body) };
}

/** Links open a tab of their own that knows nothing of this one; addresses open a composer there. */
function safeLink(link: HTMLElement): void {
  const href = (link.getAttribute("href") ?? "").trim();
  // Places within the letter, and paths that would be ours.
  if (!allowedLink.test(href)) {
    link.removeAttribute("href");
    return;
  }
  if (/^mailto:/i.test(href))
    link.setAttribute("href", `${location.origin}/compose?mailto=${encodeURIComponent(href)}`);
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer");
}

function safeImage(image: HTMLImageElement, remote: boolean, block: () => void): void {
  const source = (image.getAttribute("src") ?? "").trim();
  if (!image.hasAttribute("alt")) image.setAttribute("alt", "");
  image.setAttribute("referrerpolicy", "no-referrer");
  if (/^cid:/i.test(source)) {
    image.setAttribute("data-cid", decodeCid(source.slice(4)));
    image.removeAttribute("src");
  } else if (remoteUrl.test(source)) {
    if (remote) image.setAttribute("src", source.replace(/^(?:http:)?\/\//i, "https://"));
    else {
      block();
      image.removeAttribute("src");
    }
  } else if (!/^data:image\//i.test(source)) image.removeAttribute("src");
}

function decodeCid(cid: string): string {
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}

/** CSS that fetches nothing, and cannot leave its place on the page. */
function safeCss(css: string, remote: boolean, block: () => void): string {
  return css
    .replace(/@import[^;]*(?:;|$)/gi, () => {
      block();
      return "";
    })
    .replace(cssUrl, (_, double: string | undefined, single: string | undefined, bare: string | undefined) => {
      const url = (double ?? single ?? bare ?? "").trim();
      if (/^data:image\/(?:png|jpe?g|gif|webp)/i.test(url)) return `url("${url.replace(/"/g, "")}")`;
      if (!remoteUrl.test(url)) return "none";
      if (!remote) {
        block();
        return "none";
      }
      return `url("${url.replace(/^(?:http:)?\/\//i, "https://").replace(/["\\\n]/g, "")}")`;
    })
    .replace(/position\s*:\s*(?:fixed|sticky)/gi, "position:static")
    .replace(/expression\s*\(|-moz-binding|behavior\s*:/gi, "");
}

const quoteSelector =
  "blockquote[type=cite], .gmail_quote, .moz-cite-prefix + blockquote, blockquote.gmail_quote, .yahoo_quoted, .protonmail_quote";

/** Puts each outermost quote into a fold that opens without any script. */
function foldQuotes(body: HTMLElement): void {
  const quotes = [...body.querySelectorAll<HTMLElement>(quoteSelector)].filter(
    (quote) => !quote.parentElement?.closest(`${quoteSelector}, details[data-fold]`),
  );
  for (const quote of quotes) {
    // A message that is nothing but its quote (a bare forward) stays open.
    if ((body.textContent ?? "").trim().length - (quote.textContent ?? "").trim().length < 2) continue;
    const fold = document.createElement("details");
    fold.setAttribute("data-fold", "");
    const summary = document.createElement("summary");
    summary.textContent = t("reader.quoted");
    quote.replaceWith(fold);
    fold.append(summary, quote);
  }
}

function hasColours(body: HTMLElement): boolean {
  if (body.querySelector("[bgcolor], [color], font[color], style, table img")) return true;
  return [...body.querySelectorAll("[style]")].some((element) =>
    /(?:^|;|\s)(?:color|background(?:-color)?)\s*:\s*(?!inherit|transparent|initial|unset)/i.test(
      element.getAttribute("style") ?? "",
    ),
  );
}
