// Keeps everything in this process and nothing durable: the fastest store that oidc-provider can have.
//
// The package's own memory adapter walks every token of a grant on each write, so that a long-rotated family slows it
// down; this one does constant work. Short-lived kinds forget their oldest entries, or a long run would fill the heap.

const BOUNDED = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'ClientCredentials', 'Interaction']);
const MOST_ENTRIES = 20_000;

const members = new Map(); // grant id → Map(entry key → forget)
const uids = new Map();
const userCodes = new Map();

export class MemoryAdapter {
  constructor(kind) {
    this.entries = new Map();
    this.bounded = BOUNDED.has(kind);
    this.kind = kind;
  }

  async upsert(id, payload, expiresIn) {
    this.entries.set(id, { payload, expires: expiresIn ? Date.now() + expiresIn * 1000 : Infinity });
    if (payload.uid && this.kind === 'Session') uids.set(payload.uid, id);
    if (payload.userCode) userCodes.set(payload.userCode, id);
    if (payload.grantId && this.bounded) {
      let family = members.get(payload.grantId);
      if (!family) members.set(payload.grantId, (family = new Map()));
      family.set(`${this.kind}:${id}`, () => this.entries.delete(id));
    }
    if (this.bounded && this.entries.size > MOST_ENTRIES) {
      const oldest = this.entries.keys().next().value;
      await this.destroy(oldest);
    }
  }

  async find(id) {
    const entry = this.entries.get(id);
    if (!entry || entry.expires <= Date.now()) return undefined;
    return entry.payload;
  }

  async findByUid(uid) {
    return this.find(uids.get(uid));
  }

  async findByUserCode(userCode) {
    return this.find(userCodes.get(userCode));
  }

  async consume(id) {
    const entry = this.entries.get(id);
    if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    const { grantId, uid } = entry.payload;
    if (grantId) members.get(grantId)?.delete(`${this.kind}:${id}`);
    if (uid && uids.get(uid) === id) uids.delete(uid);
  }

  async revokeByGrantId(grantId) {
    for (const forget of members.get(grantId)?.values() ?? []) forget();
    members.delete(grantId);
  }
}
