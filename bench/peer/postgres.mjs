// Keeps what oidc-provider stores in one PostgreSQL table. Every call of the package's adapter contract is one prepared,
// autocommitted statement: one round trip, the least that the contract allows.

import pg from 'pg';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS oidc_entry (
    kind text NOT NULL,
    id text NOT NULL,
    payload jsonb NOT NULL,
    grant_id text,
    uid text,
    user_code text,
    expires_at bigint,
    consumed_at bigint,
    PRIMARY KEY (kind, id)
  );
  CREATE INDEX IF NOT EXISTS oidc_entry_grant ON oidc_entry (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS oidc_entry_uid ON oidc_entry (uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS oidc_entry_user_code ON oidc_entry (user_code) WHERE user_code IS NOT NULL;
`;

const UPSERT = {
  name: 'upsert',
  text: `INSERT INTO oidc_entry (kind, id, payload, grant_id, uid, user_code, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (kind, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at,
           grant_id = excluded.grant_id, uid = excluded.uid, user_code = excluded.user_code`,
};
const ALIVE = '(expires_at IS NULL OR expires_at > $3)';
const FIND = { name: 'find', text: `SELECT payload, consumed_at FROM oidc_entry WHERE kind = $1 AND id = $2 AND ${ALIVE}` };
const BY_UID = { name: 'uid', text: `SELECT payload, consumed_at FROM oidc_entry WHERE kind = $1 AND uid = $2 AND ${ALIVE}` };
const BY_USER_CODE = {
  name: 'user_code',
  text: `SELECT payload, consumed_at FROM oidc_entry WHERE kind = $1 AND user_code = $2 AND ${ALIVE}`,
};
const CONSUME = { name: 'consume', text: 'UPDATE oidc_entry SET consumed_at = $3 WHERE kind = $1 AND id = $2' };
const DESTROY = { name: 'destroy', text: 'DELETE FROM oidc_entry WHERE kind = $1 AND id = $2' };
const REVOKE = { name: 'revoke', text: 'DELETE FROM oidc_entry WHERE kind = $1 AND grant_id = $2' };

const now = () => Math.floor(Date.now() / 1000);

/** Opens the pool, makes the table, and returns the adapter class that oidc-provider will instantiate per kind. */
export async function openPostgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  await pool.query(SCHEMA);

  return class PostgresAdapter {
    constructor(kind) {
      this.kind = kind;
    }

    async #one(statement, key) {
      const { rows } = await pool.query({ ...statement, values: [this.kind, key, now()] });
      if (rows.length === 0) return undefined;
      const [{ payload, consumed_at: consumed }] = rows;
      return consumed === null ? payload : { ...payload, consumed: Number(consumed) };
    }

    async upsert(id, payload, expiresIn) {
      const expires = expiresIn ? now() + expiresIn : null;
      await pool.query({
        ...UPSERT,
        values: [this.kind, id, payload, payload.grantId ?? null, payload.uid ?? null, payload.userCode ?? null, expires],
      });
    }

    find(id) {
      return this.#one(FIND, id);
    }

    findByUid(uid) {
      return this.#one(BY_UID, uid);
    }

    findByUserCode(userCode) {
      return this.#one(BY_USER_CODE, userCode);
    }

    async consume(id) {
      await pool.query({ ...CONSUME, values: [this.kind, id, now()] });
    }

    async destroy(id) {
      await pool.query({ ...DESTROY, values: [this.kind, id] });
    }

    async revokeByGrantId(grantId) {
      await pool.query({ ...REVOKE, values: [this.kind, grantId] });
    }
  };
}
