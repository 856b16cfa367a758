import { client } from "../app/session";
import { type GetResponse, ObjectError, type SetResponse, type VacationResponse } from "../jmap";
import { htmlToText } from "../mail/htmlText";

const id = "singleton";

export const canAnswer = () => client.has("urn:ietf:params:jmap:vacationresponse");

/** What the form holds: days as fields of type date have them, empty when there is none. */
export type Vacation = { enabled: boolean; first: string; last: string; subject: string; text: string };

const two = (number: number) => String(number).padStart(2, "0");

/** The day of an instant here, as a field of type date has it. */
function dayOf(iso: string | null, daysLater = 0): string {
  if (!iso) return "";
  const date = new Date(iso);
  date.setDate(date.getDate() + daysLater);
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The beginning of a day here. */
function startOf(day: string, daysLater = 0): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + daysLater).toISOString().replace(/\.\d+/, "");
}

/** The server's last moment is the first that is no longer in it; people name the last whole day. */
export function fromServer(response: VacationResponse): Vacation {
  const end = response.toDate && new Date(Date.parse(response.toDate) - 1000).toISOString();
  return {
    enabled: response.isEnabled,
    first: dayOf(response.fromDate),
    last: dayOf(end),
    subject: response.subject ?? "",
    text: response.textBody ?? (response.htmlBody ? htmlToText(response.htmlBody) : ""),
  };
}

export function toServer(vacation: Vacation): Partial<VacationResponse> {
  return {
    isEnabled: vacation.enabled,
    fromDate: startOf(vacation.first),
    toDate: startOf(vacation.last, 1),
    subject: vacation.subject.trim() || null,
    textBody: vacation.text.trim() ? vacation.text : null,
    htmlBody: null,
  };
}

export type Fault = "noText" | "backwards" | "over";

/** What keeps an answer that is turned on from ever being sent. */
export function faultOf(vacation: Vacation, now = new Date()): Fault | null {
  if (!vacation.enabled) return null;
  if (vacation.first && vacation.last && vacation.last < vacation.first) return "backwards";
  if (vacation.last && vacation.last < dayOf(now.toISOString())) return "over";
  return vacation.text.trim() ? null : "noText";
}

export async function readVacation(): Promise<Vacation> {
  const { list } = await client.call<GetResponse<VacationResponse>>("VacationResponse/get", { ids: [id] });
  const [response] = list;
  if (!response) throw new ObjectError("notFound", id);
  return fromServer(response);
}

export async function saveVacation(vacation: Vacation): Promise<void> {
  const answer = await client.call<SetResponse<VacationResponse>>("VacationResponse/set", {
    update: { [id]: toServer(vacation) },
  });
  const refused = answer.notUpdated?.[id];
  if (refused) throw new ObjectError(refused.type, id, refused.properties ?? [], refused.description ?? undefined);
}
