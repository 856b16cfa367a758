import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { changeIdentity, identities } from "../compose/identities";
import { t } from "../i18n";
import type { Identity } from "../jmap";
import { problemText } from "../mail/problem";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Skeleton } from "../ui/Skeleton";
import { showToast } from "../ui/toast";

/** As whom one writes: the name that others see and what stands under each new message. */
export function IdentityList() {
  const own = useSignal<Identity[] | null>(null);
  const problem = useSignal("");
  useEffect(() => {
    identities().then(
      (list) => {
        own.value = list;
      },
      (error: unknown) => {
        problem.value = problemText(error);
      },
    );
  }, []);
  if (problem.value) return <p>{problem.value}</p>;
  if (!own.value) return <Skeleton label={t("ui.loading")} />;
  return (
    <>
      {own.value.map((identity) => (
        <IdentityForm key={identity.id} identity={identity} />
      ))}
    </>
  );
}

function IdentityForm({ identity }: { identity: Identity }) {
  const name = useSignal(identity.name);
  const signature = useSignal(identity.textSignature);
  const saved = useSignal({ name: identity.name, signature: identity.textSignature });
  const busy = useSignal(false);
  const id = useId();
  const changed = name.value !== saved.value.name || signature.value !== saved.value.signature;

  const save = async (event: Event) => {
    event.preventDefault();
    if (!changed || busy.value) return;
    busy.value = true;
    const next = { name: name.value, signature: signature.value };
    try {
      await changeIdentity(identity.id, { name: next.name.trim(), textSignature: next.signature, htmlSignature: "" });
      saved.value = next;
      showToast({ text: t("identity.saved") });
    } catch (error) {
      showToast({ kind: "problem", text: problemText(error) });
    } finally {
      busy.value = false;
    }
  };

  return (
    <form class="identity" aria-label={identity.email} onSubmit={save}>
      <p class="identity-address">{identity.email}</p>
      <Field
        label={t("identity.name")}
        hint={t("identity.nameHint")}
        value={name.value}
        maxLength={200}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <div class="field">
        <label for={id}>{t("identity.signature")}</label>
        <textarea
          id={id}
          class="input identity-signature"
          rows={5}
          maxLength={4000}
          aria-describedby={`${id}-hint`}
          value={signature.value}
          onInput={(event) => {
            signature.value = event.currentTarget.value;
          }}
        />
        <p id={`${id}-hint`} class="field-hint">
          {t("identity.signatureHint")}
        </p>
      </div>
      <div>
        <Button type="submit" kind="primary" aria-disabled={!changed || busy.value}>
          {t("identity.save")}
        </Button>
      </div>
    </form>
  );
}
