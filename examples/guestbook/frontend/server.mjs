// The guestbook's web front end: Node's own modules only.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';

import { RedisConnection } from './redis-connection.mjs';

const port = Number(process.env.PORT ?? 8080);
const settings = JSON.parse(readFileSync(process.env.SETTINGS_FILE ?? '/etc/guestbook/settings.json', 'utf8'));
const [redisHost, redisPort = '6379'] = (process.env.REDIS_ADDRESS ?? 'redis').split(':');
const redis = new RedisConnection({
  host: redisHost,
  port: Number(redisPort),
  password: readFileSync(process.env.REDIS_PASSWORD_FILE ?? '/etc/guestbook-secret/password', 'utf8').trim(),
});

const escapeHtml = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

async function readEntries() {
  const rows = await redis.command('LRANGE', 'entries', '0', String(settings.shown - 1));
  return rows.map((row) => JSON.parse(row));
}

function renderPage(entries) {
  const items = entries.map(
    ({ text, at, by }) => `<li>${escapeHtml(text)} <small>${escapeHtml(at)}, written by ${escapeHtml(by)}</small></li>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>${escapeHtml(settings.title)}</title>
<style>body{font:16px system-ui;max-width:40rem;margin:3rem auto}small{color:#777}input{width:70%;font:inherit}</style>
<h1>${escapeHtml(settings.title)}</h1><p>${escapeHtml(process.env.GREETING ?? '')}</p>
<form method="post" action="/entries"><input name="text" maxlength="200" required autofocus> <button>Sign</button></form>
<ol>${items.join('')}</ol><small>served by ${escapeHtml(hostname())} on ${escapeHtml(process.env.NODE_NAME ?? '?')}</small>`;
}

async function readBody(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 4096) throw Object.assign(new Error('an entry has at most 4096 bytes'), { status: 413 });
  }
  return body;
}

async function handle(request, response) {
  const { pathname } = new URL(request.url, 'http://guestbook');
  const send = (status, type, body, headers = {}) =>
    response.writeHead(status, { 'content-type': type, 'x-served-by': hostname(), ...headers }).end(body);

  if (pathname === '/healthz') return send(200, 'text/plain', 'ok\n');
  if (pathname === '/readyz') {
    await redis.command('PING');
    return send(200, 'text/plain', 'ok\n');
  }
  if (pathname === '/entries' && request.method === 'POST') {
    const body = await readBody(request);
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const text = (isForm ? new URLSearchParams(body).get('text') : JSON.parse(body).text)?.trim();
    if (!text) return send(400, 'text/plain', 'text: say something\n');
    const entry = { text: text.slice(0, 200), at: new Date().toISOString(), by: hostname() };
    await redis.command('LPUSH', 'entries', JSON.stringify(entry));
    return isForm ? send(303, 'text/plain', '', { location: '/' }) : send(201, 'application/json', JSON.stringify(entry));
  }
  if (request.method !== 'GET') return send(405, 'text/plain', 'GET or POST\n');
  if (pathname === '/entries') return send(200, 'application/json', JSON.stringify(await readEntries()));
  if (pathname === '/') return send(200, 'text/html; charset=utf-8', renderPage(await readEntries()));
  return send(404, 'text/plain', 'not found\n');
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(JSON.stringify({ message: 'request failed', url: request.url, error: error.message }));
    if (!response.headersSent) response.writeHead(error.status ?? 503, { 'content-type': 'text/plain' });
    response.end(`${error.message}\n`);
  });
});
server.keepAliveTimeout = 65_000;
server.listen(port, () => console.log(JSON.stringify({ message: 'listening', port })));

// Readiness fails first, then the server drains: the preStop pause of the manifest gives the routes time to change.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
