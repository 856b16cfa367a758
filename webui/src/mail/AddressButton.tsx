import { useSignal } from "@preact/signals";
import { Copy, PenLine, Search } from "lucide";
import { useRef } from "preact/hooks";
import { go } from "../app/router";
import { compose } from "../compose";
import { t } from "../i18n";
import type { EmailAddress } from "../jmap";
import { Menu } from "../ui/Menu";
import { showToast } from "../ui/toast";
import "./AddressButton.css";
import { displayName, fullAddress } from "./format";

type Props = { address: EmailAddress; strong?: boolean; full?: boolean };

/** A person; a press shows the address and what can be done with it. */
export function AddressButton({ address, strong, full }: Props) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const copy = async () => {
    await navigator.clipboard.writeText(address.email);
    showToast({ text: t("address.copied", { address: address.email }) });
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={strong ? "address address-strong" : "address"}
        aria-haspopup="menu"
        aria-expanded={open.value}
        title={address.email}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {full ? fullAddress(address) : displayName(address)}
      </button>
      {open.value && (
        <Menu
          label={address.email}
          anchor={button.current}
          onClose={() => {
            open.value = false;
          }}
          items={[
            { id: "copy", label: t("address.copy", { address: address.email }), icon: Copy, run: () => void copy() },
            {
              id: "write",
              label: t("address.write"),
              icon: PenLine,
              run: () => void compose({ kind: "new", to: fullAddress(address) }),
            },
            {
              id: "search",
              label: t("address.search"),
              icon: Search,
              run: () => go({ page: "search", query: `de:${address.email}`, email: null }),
            },
          ]}
        />
      )}
    </>
  );
}
