import { useSignal } from "@preact/signals";
import { useEffect, useId, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Identity } from "../jmap";
import { fullAddress } from "../mail/format";
import type { Composition } from "./composition";
import { identities } from "./identities";
import { Recipients } from "./Recipients";

/** From, To, Cc, Bcc, Subject. */
export function Headers({ composition }: { composition: Composition }) {
  const more = useSignal(composition.cc.peek().length + composition.bcc.peek().length > 0);
  const showMore = more.value || composition.cc.value.length + composition.bcc.value.length > 0;
  const id = useId();
  const starting = composition.to.peek().length === 0;
  return (
    <div class="composer-headers">
      <From composition={composition} />
      <div class="composer-line">
        <Recipients
          label={t("address.to")}
          value={composition.to}
          others={[composition.cc, composition.bcc]}
          focus={starting}
        />
        {!showMore && (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              more.value = true;
            }}
          >
            {t("compose.ccBcc")}
          </button>
        )}
      </div>
      {showMore && (
        <>
          <div class="composer-line">
            <Recipients label={t("address.cc")} value={composition.cc} others={[composition.to, composition.bcc]} />
          </div>
          <div class="composer-line">
            <Recipients label={t("address.bcc")} value={composition.bcc} others={[composition.to, composition.cc]} />
          </div>
        </>
      )}
      <div class="composer-line">
        <label for={id}>{t("compose.subject")}</label>
        <input
          id={id}
          class="composer-subject"
          value={composition.subject.value}
          maxLength={900}
          onInput={(event) => {
            composition.subject.value = event.currentTarget.value;
          }}
        />
      </div>
    </div>
  );
}

/** Shown only to those who may write under several addresses. */
function From({ composition }: { composition: Composition }) {
  const [own, setOwn] = useState<Identity[]>([]);
  const id = useId();
  useEffect(() => {
    identities().then(setOwn, () => undefined);
  }, []);
  if (own.length < 2) return null;
  return (
    <div class="composer-line">
      <label for={id}>{t("address.from")}</label>
      <select
        id={id}
        class="composer-from"
        value={composition.identityId.value ?? own[0]?.id}
        onChange={(event) => {
          composition.identityId.value = event.currentTarget.value;
        }}
      >
        {own.map((identity) => (
          <option key={identity.id} value={identity.id}>
            {fullAddress({ name: identity.name, email: identity.email })}
          </option>
        ))}
      </select>
    </div>
  );
}
