import { useLayoutEffect, useRef } from "preact/hooks";
import { dark } from "../app/preferences";
import { client } from "../app/session";
import type { EmailBody, EmailBodyPart } from "../jmap";
import type { SafeHtml } from "./sanitise";
import { useFocusBack } from "./useFocusBack";

type Props = { safe: SafeHtml | null; body: EmailBody | null; remote: boolean; title: string };

const policy = (remote: boolean) =>
  `default-src 'none'; img-src data: blob:${remote ? " https:" : ""}; style-src 'unsafe-inline'`;

const themes = {
  light: { ink: "#25221e", soft: "#5c564d", sunken: "#ece8e2", link: "#1f4a8a", line: "#e3ded6" },
  dark: { ink: "#ece6dd", soft: "#bfb6a9", sunken: "#2b2723", link: "#9dbcee", line: "#37322d" },
};

/** The page inside the frame, before a letter is in it. Its own policy forbids everything but images and inline styles. */
const emptyPage = (remote: boolean) => `<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(remote)}">
<meta name="referrer" content="no-referrer">
<style></style></head><body></body></html>`;

const styles = (isDark: boolean) => {
  const theme = isDark ? themes.dark : themes.light;
  return `html{color-scheme:${isDark ? "dark" : "light"}}
html,body{margin:0;padding:0;height:auto!important;min-height:0!important}
body{font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:${theme.ink};overflow-wrap:break-word;overflow-y:hidden}
img{max-width:100%}img:not([width]){height:auto}
a{color:${theme.link}}
pre{white-space:pre-wrap}
blockquote{margin:8px 0;padding-left:12px;border-left:2px solid ${theme.line}}
details[data-fold]>summary{display:inline-block;margin:8px 0;padding:2px 10px;border-radius:99px;background:${theme.sunken};color:${theme.soft};font:13px/1.45 system-ui,sans-serif;cursor:pointer;list-style:none}
details[data-fold]>summary::-webkit-details-marker{display:none}
summary:focus-visible,a:focus-visible{outline:2px solid ${theme.link};outline-offset:2px}`;
};

/** The frame's page, written into it when it is new. A policy stays with its page: `remote` must not change (a key). */
function pageOf(frame: HTMLIFrameElement, remote: boolean): Document | null {
  const page = frame.contentDocument;
  if (page && !page.querySelector("style")) {
    page.open();
    page.write(emptyPage(remote));
    page.close();
  }
  return page;
}

function write(page: Document, html: string, isDark: boolean): void {
  page.documentElement.lang = document.documentElement.lang;
  const style = page.head.querySelector("style");
  const wanted = styles(isDark);
  if (style && style.textContent !== wanted) style.textContent = wanted;
  page.body.removeAttribute("style");
  page.body.innerHTML = html;
}

/**
 * Foreign HTML in a cage: no script runs in it (sandbox and two policies say so), it keeps our origin only so
 * that we can write it, measure its height and fill in its own images. It is written into a page that is there already:
 * the letter is on the screen with the head above it, and nothing jumps. One letter after the other takes the
 * same frame, because a new one costs an old machine more than the letter; with none it waits, empty and out of sight.
 */
export function HtmlFrame({ safe, body, remote, title }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const isDark = dark.value && safe?.plain === true;

  useLayoutEffect(() => {
    const element = frame.current;
    const inner = element && pageOf(element, remote);
    if (!inner) return;
    write(inner, safe?.html ?? "", isDark);
    if (!safe || !body) return;
    const urls: string[] = [];
    let gone = false;
    let height = 0;
    const measure = () => {
      if (gone || !inner.body) return;
      fitWidth(inner);
      const now = Math.ceil(inner.documentElement.getBoundingClientRect().height) + 2;
      if (now !== height) element.style.height = `${now}px`;
      height = now;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(inner.body);
    void fillImages(inner, body, urls, () => gone).then(measure);
    return () => {
      gone = true;
      observer.disconnect();
      for (const url of urls) URL.revokeObjectURL(url);
    };
  }, [safe, body, isDark]);

  useFocusBack(frame);

  return (
    <div class={safe && !safe.plain ? "html-frame-paper" : "html-frame-plain"} hidden={!safe}>
      <iframe
        ref={frame}
        class="html-frame"
        title={title}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        style={{ colorScheme: isDark ? "dark" : "light" }}
      />
    </div>
  );
}

const smallestZoom = 0.5;

/** A letter made for a wider page is made smaller, so that nobody has to scroll sideways on a phone. */
function fitWidth(inner: Document): void {
  const { body } = inner;
  if (body.style.zoom !== "") body.style.zoom = "";
  const room = inner.documentElement.clientWidth;
  const wanted = body.scrollWidth;
  if (room > 0 && wanted > room + 1) body.style.zoom = String(Math.max(smallestZoom, room / wanted));
}

/** Shows the images that came with the message, by their Content-ID. */
async function fillImages(inner: Document, body: EmailBody, urls: string[], isGone: () => boolean): Promise<void> {
  const parts = new Map<string, EmailBodyPart>();
  for (const part of [...body.attachments, ...body.htmlBody]) {
    if (part.cid) parts.set(part.cid, part);
    if (part.partId) parts.set(`part-${part.partId}`, part);
  }
  await Promise.all(
    [...inner.querySelectorAll<HTMLImageElement>("img[data-cid]")].map(async (image) => {
      const part = parts.get(image.dataset.cid ?? "");
      // No SVG: in an image it could not act, but nobody sends one for good reason.
      if (!part?.blobId || !/^image\/(?!svg)/.test(part.type)) return;
      const blob = await client.download(part.blobId, part.name ?? "image", part.type).catch(() => null);
      if (!blob || isGone()) return;
      const url = URL.createObjectURL(blob);
      urls.push(url);
      image.src = url;
      await image.decode().catch(() => undefined);
    }),
  );
}
