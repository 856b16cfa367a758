// A small JMAP client with Basic authentication, to set the scene and to look at what the browser has done.

const using = [
  "urn:ietf:params:jmap:core",
  "urn:ietf:params:jmap:mail",
  "urn:ietf:params:jmap:submission",
  "urn:ietf:params:jmap:vacationresponse",
];

export class Jmap {
  static async connect(url, address, password) {
    const jmap = new Jmap();
    jmap.url = url;
    jmap.headers = { authorization: `Basic ${Buffer.from(`${address}:${password}`).toString("base64")}` };
    const response = await fetch(`${url}/jmap/session`, { headers: jmap.headers });
    if (!response.ok) throw new Error(`session: ${response.status}`);
    jmap.session = await response.json();
    jmap.accountId = jmap.session.primaryAccounts["urn:ietf:params:jmap:mail"];
    return jmap;
  }

  path(template, values) {
    const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
    return this.url + new URL(path, this.url).pathname + new URL(path, this.url).search;
  }

  async call(name, args) {
    const response = await fetch(this.path(this.session.apiUrl, {}), {
      method: "POST",
      headers: { ...this.headers, "content-type": "application/json" },
      body: JSON.stringify({ using, methodCalls: [[name, { accountId: this.accountId, ...args }, "0"]] }),
    });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    const [method, result] = (await response.json()).methodResponses[0];
    if (method === "error") throw new Error(`${name}: ${JSON.stringify(result)}`);
    return result;
  }

  async mailbox(role) {
    const { list } = await this.call("Mailbox/get", { ids: null });
    return list.find((mailbox) => mailbox.role === role || mailbox.name === role);
  }

  async upload(bytes, type) {
    const response = await fetch(this.path(this.session.uploadUrl, { accountId: this.accountId }), {
      method: "POST",
      headers: { ...this.headers, "content-type": type },
      body: bytes,
    });
    if (!response.ok) throw new Error(`upload: ${response.status}`);
    return (await response.json()).blobId;
  }

  /** Puts messages into a mailbox as they are: {message, keywords, receivedAt}. */
  async import(messages, role = "inbox") {
    const { id } = await this.mailbox(role);
    const emails = {};
    for (const [at, { message, keywords = {}, receivedAt }] of messages.entries()) {
      const blobId = await this.upload(message.replace(/\r?\n/g, "\r\n"), "message/rfc822");
      emails[`e${at}`] = { blobId, mailboxIds: { [id]: true }, keywords, ...(receivedAt ? { receivedAt } : {}) };
    }
    const { created, notCreated } = await this.call("Email/import", { emails });
    if (notCreated && Object.keys(notCreated).length > 0) throw new Error(`import: ${JSON.stringify(notCreated)}`);
    return messages.map((_, at) => created[`e${at}`].id);
  }

  /** The emails of a mailbox, newest first, with these properties. */
  async emails(role, properties = ["id", "subject", "keywords", "mailboxIds"]) {
    const { id } = await this.mailbox(role);
    const { ids } = await this.call("Email/query", {
      filter: { inMailbox: id },
      sort: [{ property: "receivedAt", isAscending: false }],
    });
    return (await this.call("Email/get", { ids, properties, fetchAllBodyValues: properties.includes("bodyValues") })).list;
  }
}
