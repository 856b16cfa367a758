import { Image } from "@tiptap/extension-image";
import type { Composition } from "./composition";
import { pictureUrl } from "./pictures";

/** In HTML that the editor has written, pictures get their source back. */
export function withSources(page: HTMLElement): string {
  for (const image of page.querySelectorAll<HTMLElement>("img[data-source]")) {
    image.setAttribute("src", image.dataset.source ?? "");
    image.removeAttribute("data-source");
  }
  return page.innerHTML;
}

/** Pictures in the editor: "cid:…" in its HTML, an object URL on the screen. Remote ones stay unfetched. */
export function pictureNode(composition: Composition) {
  return Image.extend({
    addAttributes() {
      return {
        ...this.parent?.(),
        // The editor is drawn once before it knows of its node views: nothing may be fetched by that.
        src: {
          default: null,
          parseHTML: (element: HTMLElement) => element.dataset.source ?? element.getAttribute("src"),
          renderHTML: ({ src }: { src: string | null }) => ({ "data-source": src }),
        },
        width: { default: null },
        height: { default: null },
      };
    },
    parseHTML() {
      return [{ tag: "img[data-source]" }, { tag: 'img[src]:not([src^="data:"])' }];
    },
    addNodeView() {
      return ({ node }) => {
        const dom = document.createElement("img");
        const { src, alt, width } = node.attrs as { src: string; alt: string | null; width: string | null };
        dom.alt = alt ?? "";
        if (width) dom.width = Number(width) || 0;
        if (/^cid:/i.test(src))
          void pictureUrl(composition, src.slice(4)).then((url) => {
            if (url) dom.src = url;
          });
        return { dom };
      };
    },
  }).configure({ inline: true, allowBase64: false });
}
