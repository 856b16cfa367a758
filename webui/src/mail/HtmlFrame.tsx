import { useLayoutEffect, useRef } from "preact/hooks";
import { dark } from "../app/preferences";
import { client } from "../app/session";
import type { EmailBody, EmailBodyPart } from "../jmap";
import type { SafeHtml } from "./sanitise";
import { useFocusBack } from "./useFocusBack";

type Props = { safe: SafeHtml; body: EmailBody; remote: boolean; title: string };

const policy = (remote: boolean) =>
  `default-src 'none'; img-src data: blob:${remote ? " https:" : ""}; style-src 'unsafe-inline'`;

const themes = {
  light: { ink: "#25221e", soft: "#5c564d", sunken: "#ece8e2", link: "#1f4a8a", line: "#e3ded6" },
  dark: { ink: "#ece6dd", soft: "#bfb6a9", sunken: "#2b2723", link: "#9dbcee", line: "#37322d" },
};

/** The page inside the frame. Its own policy forbids everything but images and inline styles. */
export function frameDocument(safe: SafeHtml, remote: boolean, isDark: boolean, language: string): string {
  const theme = isDark && safe.plain ? themes.dark : themes.light;
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(remote)}">
<meta name="referrer" content="no-referrer">
<style>
html{color-scheme:${isDark && safe.plain ? "dark" : "light"}}
html,body{margin:0;padding:0;height:auto!important;min-height:0!important}
body{font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:${theme.ink};overflow-wrap:break-word;overflow-y:hidden}
img{max-width:100%}img:not([width]){height:auto}
a{color:${theme.link}}
pre{white-space:pre-wrap}
blockquote{margin:8px 0;padding-left:12px;border-left:2px solid ${theme.line}}
details[data-fold]>summary{display:inline-block;margin:8px 0;padding:2px 10px;border-radius:99px;background:${theme.sunken};color:${theme.soft};font:13px/1.45 system-ui,sans-serif;cursor:pointer;list-style:none}
details[data-fold]>summary::-webkit-details-marker{display:none}
summary:focus-visible,a:focus-visible{outline:2px solid ${theme.link};outline-offset:2px}
</style></head><body>${safe.html}</body></html>`;
}

/**
 * Foreign HTML in a cage: no script runs in it (sandbox and two policies say so), it keeps our origin only so
 * that we can write it, measure its height and fill in its own images. It is written into the frame's empty page,
 * which is there at once: the letter is on the screen with the head above it, and nothing jumps. A policy that was
 * written stays with the page: whoever changes `remote` takes a frame of its own (a key).
 */
export function HtmlFrame({ safe, body, remote, title }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const source = frameDocument(safe, remote, dark.value, document.documentElement.lang);

  useLayoutEffect(() => {
    const element = frame.current;
    const inner = element?.contentDocument;
    if (!element || !inner) return;
    inner.open();
    inner.write(source);
    inner.close();
    const urls: string[] = [];
    let gone = false;
    const measure = () => {
      if (!inner.body) return;
      fitWidth(inner);
      element.style.height = `${Math.ceil(inner.documentElement.getBoundingClientRect().height) + 2}px`;
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
  }, [source, body]);

  useFocusBack(frame);

  return (
    <div class={safe.plain ? "html-frame-plain" : "html-frame-paper"}>
      <iframe
        ref={frame}
        class="html-frame"
        title={title}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        style={{ colorScheme: dark.value && safe.plain ? "dark" : "light" }}
      />
    </div>
  );
}

const smallestZoom = 0.5;

/** A letter made for a wider page is made smaller, so that nobody has to scroll sideways on a phone. */
function fitWidth(inner: Document): void {
  const { body } = inner;
  body.style.zoom = "1";
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
