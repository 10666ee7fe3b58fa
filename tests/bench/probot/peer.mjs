// The peer: Probot storing each delivery with one insert into the same table, durably, before it answers.
import { createServer } from "node:http";
import Database from "better-sqlite3";
import { createNodeMiddleware, createProbot } from "probot";

const [port, file] = process.argv.slice(2);
const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
const insert = database.prepare(
  "insert into charrette_delivery (id, event, body, received_at, note) values (?, ?, ?, ?, '') on conflict (id) do nothing",
);

function app(probot) {
  probot.onAny(({ id, name, payload }) => {
    insert.run(id, name, Buffer.from(JSON.stringify(payload)), new Date().toISOString());
  });
}

const middleware = await createNodeMiddleware(app, { webhooksPath: "/webhook", probot: createProbot() });
createServer((request, response) => {
  middleware(request, response, () => {
    response.writeHead(404).end();
  });
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
