// Fails the build when what the browser needs before the first paint weighs more than the budget.
import { readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budget = 150 * 1024;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist)));

const files = new Set(["index.html"]);
const visit = (key) => {
  const chunk = manifest[key];
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const imported of chunk.imports ?? []) visit(imported);
};
for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key);
// One dictionary is fetched before the first paint: count the largest.
const weight = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
const dictionaries = Object.entries(manifest).filter(([key]) => /i18n\/(fr|en)\.json$/.test(key));
const dictionary = dictionaries.map(([, chunk]) => chunk.file).sort((a, b) => weight(b) - weight(a))[0];
if (dictionary) files.add(dictionary);

rmSync(new URL(".vite", dist), { recursive: true }); // the server embeds what lies in dist

let total = 0;
for (const file of files) {
  total += weight(file);
  console.log(`${(weight(file) / 1024).toFixed(1).padStart(8)} KB  ${file}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(8)} KB  first paint, gzipped (budget ${budget / 1024} KB)`);
if (total > budget) {
  console.error("The first paint is over its budget.");
  process.exit(1);
}
