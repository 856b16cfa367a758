// Fails when a text is missing in a language, has other parameters there, or is used nowhere.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../src", import.meta.url));
const read = (language) => JSON.parse(readFileSync(join(source, "i18n", `${language}.json`), "utf8"));
const languages = { fr: read("fr"), en: read("en") };
const problems = [];

const forms = (text) => (typeof text === "string" ? [text] : Object.values(text));
const parameters = (text) => new Set(forms(text).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((m) => m[1])));

for (const [language, texts] of Object.entries(languages)) {
  for (const [other, otherTexts] of Object.entries(languages)) {
    if (language === other) continue;
    for (const key of Object.keys(texts)) {
      if (!(key in otherTexts)) problems.push(`${other}.json lacks "${key}"`);
      else {
        const there = parameters(otherTexts[key]);
        for (const name of parameters(texts[key]))
          if (!there.has(name)) problems.push(`${other}.json "${key}" lacks {${name}}`);
      }
    }
  }
}

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? files(join(folder, entry.name))
      : /\.tsx?$/.test(entry.name)
        ? [join(folder, entry.name)]
        : [],
  );
const code = files(source)
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");
// Keys made at run time, as t(`folder.${role}`), count for all that begin so.
const prefixes = [...code.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{/g)].map((m) => m[1]);
for (const key of Object.keys(languages.fr))
  if (!code.includes(`"${key}"`) && !prefixes.some((prefix) => key.startsWith(prefix)))
    problems.push(`"${key}" is used nowhere`);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${Object.keys(languages.fr).length} texts in ${Object.keys(languages).length} languages`);
