import { type Signal, useSignal } from "@preact/signals";
import { X } from "lucide";
import { useEffect, useId, useRef } from "preact/hooks";
import { ownDomain } from "../app/session";
import { t } from "../i18n";
import type { EmailAddress } from "../jmap";
import { isOutside } from "../mail/addresses";
import { displayName, fullAddress } from "../mail/format";
import { Icon } from "../ui/Icon";
import { isPlausible, parseAddresses } from "./addresses";
import "./Recipients.css";
import { refused } from "./submit";
import { loadSuggestions, type Suggestion, suggest } from "./suggest";

type Props = {
  label: string;
  value: Signal<EmailAddress[]>;
  /** The other fields of recipients: who stands there is not offered again. */
  others: Signal<EmailAddress[]>[];
  focus?: boolean;
};

/** Recipients as chips, completed from past mail; a line pasted with many addresses becomes many chips. */
export function Recipients({ label, value, others, focus }: Props) {
  const typed = useSignal("");
  const found = useSignal<Suggestion[]>([]);
  const at = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (focus) input.current?.focus();
  }, []);

  // What is typed next stands behind the last chip.
  useEffect(() => input.current?.parentElement?.scrollTo(0, input.current.offsetTop), [value.value.length]);

  const taken = () => [...value.value, ...others.flatMap((other) => other.value)];
  const look = () => {
    found.value = suggest(typed.value, taken());
    at.value = 0;
  };
  const add = (addresses: EmailAddress[]) => {
    const known = new Set(value.value.map(({ email }) => email.toLowerCase()));
    value.value = [...value.value, ...addresses.filter(({ email }) => !known.has(email.toLowerCase()))];
    typed.value = "";
    found.value = [];
  };
  const take = (suggestion: Suggestion) => {
    add([{ name: suggestion.name, email: suggestion.email }]);
    input.current?.focus();
  };
  const finish = () => {
    if (typed.value.trim()) add(parseAddresses(typed.value));
  };
  const remove = (index: number) => {
    value.value = value.value.filter((_, other) => other !== index);
    input.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const list = found.value;
    const chosen = list[at.value];
    if (event.key === "ArrowDown" && list.length > 0) at.value = (at.value + 1) % list.length;
    else if (event.key === "ArrowUp" && list.length > 0) at.value = (at.value - 1 + list.length) % list.length;
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) chosen ? take(chosen) : finish();
    else if (event.key === "Tab" && chosen && !event.shiftKey) take(chosen);
    else if ((event.key === "," || event.key === ";") && !typed.value.includes('"')) finish();
    else if (event.key === "Backspace" && typed.value === "" && value.value.length > 0) remove(value.value.length - 1);
    else if (event.key === "Escape" && list.length > 0) found.value = [];
    else return;
    event.preventDefault();
  };

  return (
    <>
      <label for={`${id}-input`}>{label}</label>
      <div class="recipients">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: pressing beside the chips is pressing the field */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field is reached by Tab */}
        <div
          class="recipients-field"
          onClick={(event) => event.target === event.currentTarget && input.current?.focus()}
        >
          {value.value.map((address, index) => (
            <Chip key={address.email} address={address} onRemove={() => remove(index)} />
          ))}
          <input
            ref={input}
            id={`${id}-input`}
            type="text"
            inputMode="email"
            role="combobox"
            autocomplete="off"
            spellcheck={false}
            aria-autocomplete="list"
            aria-expanded={found.value.length > 0}
            aria-controls={`${id}-list`}
            aria-activedescendant={found.value.length > 0 ? `${id}-${at.value}` : undefined}
            value={typed.value}
            onFocus={() => void loadSuggestions().then(() => typed.value && look())}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
              look();
            }}
            onPaste={(event) => {
              const text = event.clipboardData?.getData("text/plain") ?? "";
              if (!/[,;\n@]/.test(text)) return;
              event.preventDefault();
              add(parseAddresses(typed.value + text));
            }}
            onKeyDown={onKeyDown}
            onBlur={() => {
              finish();
              found.value = [];
            }}
          />
        </div>
        <div
          class="suggestions"
          id={`${id}-list`}
          role="listbox"
          aria-label={t("compose.suggestions")}
          hidden={found.value.length === 0}
        >
          {found.value.map((suggestion, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus (aria-activedescendant)
            <div
              key={suggestion.email}
              id={`${id}-${index}`}
              class="suggestion"
              role="option"
              aria-selected={index === at.value}
              onPointerDown={(event) => {
                event.preventDefault();
                take(suggestion);
              }}
            >
              <span class="ellipsis">{displayName(suggestion)}</span>
              {suggestion.name && <span class="suggestion-address ellipsis">{suggestion.email}</span>}
            </div>
          ))}
        </div>
      </div>
    </>
  );
}

function Chip({ address, onRemove }: { address: EmailAddress; onRemove: () => void }) {
  const wrong = !isPlausible(address.email) || refused.value.has(address.email.toLowerCase());
  const outside = !wrong && isOutside(address, ownDomain.value);
  const name = displayName(address);
  return (
    <span class={`chip ${wrong ? "chip-wrong" : ""}`} title={fullAddress(address)}>
      <span class="ellipsis">{name}</span>
      {outside && <span class="chip-outside">{t("compose.outside")}</span>}
      {wrong && <span class="hidden-label">{t("compose.wrongAddress")}</span>}
      <button type="button" class="chip-remove" aria-label={t("compose.remove", { name })} onClick={onRemove}>
        <Icon of={X} size={14} />
      </button>
    </span>
  );
}
