import { signal } from "@preact/signals";
import { client } from "../../app/session";
import {
  type Answers,
  type DeliveryStatus,
  type EmailSubmission,
  type GetResponse,
  type Id,
  type QueryResponse,
  Request,
} from "../../jmap";

/** Counts what the server tells of changes: what shows how a message fares asks again. */
export const submissionsChanged = signal(0);

export type Recipient = { address: string; status: DeliveryStatus };

/** How a sent message fares with each of its recipients; none when it was not sent from here, or too long ago. */
export async function recipientsOf(emailId: Id): Promise<Recipient[]> {
  const { accountId } = client;
  const request = new Request();
  const query = request.add<QueryResponse>("EmailSubmission/query", { accountId, filter: { emailIds: [emailId] } });
  const get = request.add<GetResponse<EmailSubmission>>("EmailSubmission/get", {
    accountId,
    "#ids": query.ref("/ids"),
    properties: ["deliveryStatus"],
  });
  const answers: Answers = await client.send(request);
  const found = new Map<string, DeliveryStatus>();
  for (const { deliveryStatus } of answers.of(get).list)
    for (const [address, status] of Object.entries(deliveryStatus ?? {})) found.set(address, status);
  return [...found].map(([address, status]) => ({ address, status }));
}
