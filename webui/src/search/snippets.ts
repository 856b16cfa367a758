import { effect, type Signal, signal } from "@preact/signals";
import { searchQuery } from "../app/router";
import { client } from "../app/session";
import type { Id, SearchSnippet } from "../jmap";
import { filterOf } from "./filter";

let found = new Map<Id, Signal<SearchSnippet | undefined>>();
let wanted = new Set<Id>();
let current = "";

effect(() => {
  const query = searchQuery.value ?? "";
  if (query === current) return;
  current = query;
  found = new Map();
  wanted = new Set();
});

/** The marked texts of a row of the search in view; asked for in one go for all rows that appear together. */
export function snippet(id: Id): SearchSnippet | undefined {
  if (current === "") return undefined;
  let value = found.get(id);
  if (!value) {
    value = signal(undefined);
    found.set(id, value);
    if (wanted.size === 0) setTimeout(() => void fetchWanted(), 20);
    wanted.add(id);
  }
  return value.value;
}

async function fetchWanted(): Promise<void> {
  const query = current;
  const emailIds = [...wanted];
  wanted = new Set();
  try {
    const answer = await client.call<{ list: SearchSnippet[] }>("SearchSnippet/get", {
      filter: filterOf(query),
      emailIds,
    });
    if (query !== current) return;
    for (const item of answer.list) {
      const value = found.get(item.emailId);
      if (value) value.value = item;
    }
  } catch {
    // Without marks the list is still a list.
  }
}
