import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { problemText } from "../mail/problem";
import { Button } from "../ui/Button";
import { Checkbox, Field } from "../ui/Field";
import { Skeleton } from "../ui/Skeleton";
import { showToast } from "../ui/toast";
import { type Fault, faultOf, readVacation, saveVacation, type Vacation } from "./vacation";
import "./VacationForm.css";

/** What those who write are told while one is away. */
export function VacationForm() {
  const saved = useSignal<Vacation | null>(null);
  const problem = useSignal("");
  useEffect(() => {
    readVacation().then(
      (vacation) => {
        saved.value = vacation;
      },
      (error: unknown) => {
        problem.value = problemText(error);
      },
    );
  }, []);
  if (problem.value) return <p>{problem.value}</p>;
  if (!saved.value) return <Skeleton label={t("ui.loading")} />;
  return <Form saved={saved.value} />;
}

function Form({ saved }: { saved: Vacation }) {
  const kept = useSignal(saved);
  const now = useSignal(saved);
  const fault = useSignal<Fault | null>(null);
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const changed = JSON.stringify(now.value) !== JSON.stringify(kept.value);
  const change = (part: Partial<Vacation>) => {
    now.value = { ...now.value, ...part };
    fault.value = null;
  };
  const errorOf = (...faults: Fault[]) =>
    fault.value && faults.includes(fault.value) ? t(`vacation.${fault.value}`) : undefined;

  const save = async (event: Event) => {
    event.preventDefault();
    if (!changed || busy.value) return;
    fault.value = faultOf(now.value);
    if (fault.value) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    busy.value = true;
    const next = now.value;
    try {
      await saveVacation(next);
      kept.value = next;
      showToast({ text: t(next.enabled ? "vacation.savedOn" : "vacation.savedOff") });
    } catch (error) {
      showToast({ kind: "problem", text: problemText(error) });
    } finally {
      busy.value = false;
    }
  };

  const noText = errorOf("noText");
  return (
    <form ref={form} class="vacation" aria-label={t("vacation.title")} onSubmit={save} noValidate>
      <Checkbox
        label={t("vacation.enabled")}
        hint={t("vacation.enabledHint")}
        checked={now.value.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      <div class="vacation-days">
        <Field
          label={t("vacation.first")}
          type="date"
          value={now.value.first}
          hint={t("vacation.firstHint")}
          onInput={(event) => change({ first: event.currentTarget.value })}
        />
        <Field
          label={t("vacation.last")}
          type="date"
          value={now.value.last}
          min={now.value.first || undefined}
          hint={t("vacation.lastHint")}
          error={errorOf("backwards", "over")}
          onInput={(event) => change({ last: event.currentTarget.value })}
        />
      </div>
      <Field
        label={t("vacation.subject")}
        hint={t("vacation.subjectHint")}
        value={now.value.subject}
        maxLength={200}
        onInput={(event) => change({ subject: event.currentTarget.value })}
      />
      <div class="field">
        <label for={id}>{t("vacation.text")}</label>
        <textarea
          id={id}
          class="input vacation-text"
          rows={6}
          maxLength={10_000}
          aria-invalid={noText ? "true" : undefined}
          aria-describedby={noText ? `${id}-error` : undefined}
          value={now.value.text}
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
        {noText && (
          <p id={`${id}-error`} class="field-error">
            {noText}
          </p>
        )}
      </div>
      <div>
        <Button type="submit" kind="primary" aria-disabled={!changed || busy.value}>
          {t("vacation.save")}
        </Button>
      </div>
    </form>
  );
}
