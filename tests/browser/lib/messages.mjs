// Messages that tests read.

let serial = 0;

const encodedWord = (text) =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;

const address = (text) => {
  const [, name, email] = /^(.*?)\s*<(.*)>$/.exec(text) ?? [null, "", text];
  return name ? `${encodedWord(name)} <${email}>` : email;
};

const wrapped = (bytes) => Buffer.from(bytes).toString("base64").replace(/.{76}/g, "$&\n");

/** An RFC 5322 message. `parts` are attachments: {type, name, content, cid}. */
export function message({ from = "Paul Durand <paul.durand@dehors.test>", to = "camille.martin@academie.test", cc, subject = "Bonjour", text, html, parts = [], id, inReplyTo, date, headers = {} }) {
  serial += 1;
  const head = {
    From: address(from),
    To: address(to),
    ...(cc ? { Cc: address(cc) } : {}),
    Subject: encodedWord(subject),
    Date: (date ?? new Date()).toUTCString().replace("GMT", "+0000"),
    "Message-ID": `<${id ?? `m${serial}.${Date.now()}@dehors.test`}>`,
    ...(inReplyTo ? { "In-Reply-To": `<${inReplyTo}>`, References: `<${inReplyTo}>` } : {}),
    "MIME-Version": "1.0",
    ...headers,
  };
  const body = textPart(html === undefined ? "plain" : "html", html ?? text ?? "Un message.");
  const alternative = html !== undefined && text !== undefined ? multipart("alternative", [textPart("plain", text), body]) : body;
  const whole = parts.length > 0 ? multipart("mixed", [alternative, ...parts.map(filePart)]) : alternative;
  return `${Object.entries(head)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("")}${whole}`;
}

const textPart = (subtype, text) =>
  `Content-Type: text/${subtype}; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${wrapped(text)}\n`;

const filePart = ({ type, name, content, cid }) =>
  `Content-Type: ${type}; name="${name}"\nContent-Transfer-Encoding: base64\nContent-Disposition: ${cid ? "inline" : "attachment"}; filename="${name}"\n${cid ? `Content-ID: <${cid}>\n` : ""}\n${wrapped(content)}\n`;

function multipart(subtype, parts) {
  serial += 1;
  const boundary = `=_part${serial}`;
  return `Content-Type: multipart/${subtype}; boundary="${boundary}"\n\n${parts.map((part) => `--${boundary}\n${part}`).join("")}--${boundary}--\n`;
}

/** A picture of one red dot. */
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

/** The smallest page that a PDF viewer shows. */
export const pdf = Buffer.from(
  `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F1 24 Tf 20 40 Td (Programme) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>`,
);
