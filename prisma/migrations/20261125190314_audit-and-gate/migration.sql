-- CreateEnum
CREATE TYPE "promotion_state" AS ENUM ('WAITING', 'APPROVED', 'REJECTED');

-- AlterTable
ALTER TABLE "models" ADD COLUMN     "gate" JSONB,
ADD COLUMN     "second_person" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "promotion_requests" (
    "id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "state" "promotion_state" NOT NULL DEFAULT 'WAITING',
    "seen_version" INTEGER NOT NULL,
    "override_gate" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "gate" JSONB NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_by_id" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_by" TEXT,
    "decided_at" TIMESTAMP(3),
    "decision" TEXT,

    CONSTRAINT "promotion_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "number" INTEGER NOT NULL DEFAULT 0,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "model" TEXT,
    "from_value" TEXT,
    "to_value" TEXT,
    "reason" TEXT,
    "request_id" TEXT,
    "details" TEXT NOT NULL,
    "previous_hash" TEXT NOT NULL DEFAULT '',
    "hash" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("number")
);

-- CreateIndex
CREATE INDEX "promotion_requests_version_id_idx" ON "promotion_requests"("version_id");

-- CreateIndex
CREATE INDEX "promotion_requests_state_id_idx" ON "promotion_requests"("state", "id");

-- CreateIndex
CREATE INDEX "audit_events_model_action_number_idx" ON "audit_events"("model", "action", "number");

-- CreateIndex
CREATE INDEX "audit_events_actor_number_idx" ON "audit_events"("actor", "number");

-- CreateIndex
CREATE INDEX "audit_events_action_number_idx" ON "audit_events"("action", "number");

-- AddForeignKey
ALTER TABLE "promotion_requests" ADD CONSTRAINT "promotion_requests_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Rows of the audit get their number and hashes here, whoever writes them: SHA-256 of a JSON array, without spaces, of
-- strings and nulls. src/schema/audit/audit.chain.ts computes the same. The lock, which a transaction holds until its end,
-- lets one transaction after the other append.
CREATE FUNCTION "chain_audit_event"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_number integer;
    last_hash text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_events'));
    SELECT "number", "hash" INTO last_number, last_hash FROM "audit_events" ORDER BY "number" DESC LIMIT 1;
    NEW."number" := coalesce(last_number, 0) + 1;
    NEW."previous_hash" := coalesce(last_hash, repeat('0', 64));
    NEW."hash" := encode(sha256(convert_to('[' || array_to_string(ARRAY[
        to_json(NEW."number"::text)::text,
        to_json(to_char(NEW."at", 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text,
        to_json(NEW."actor")::text,
        to_json(NEW."action")::text,
        to_json(NEW."subject")::text,
        to_json(NEW."model")::text,
        to_json(NEW."from_value")::text,
        to_json(NEW."to_value")::text,
        to_json(NEW."reason")::text,
        to_json(NEW."request_id")::text,
        to_json(NEW."details")::text,
        to_json(NEW."previous_hash")::text
    ], ',', 'null') || ']', 'UTF8')), 'hex');
    RETURN NEW;
END;
$$;

CREATE TRIGGER "chain_audit_event" BEFORE INSERT ON "audit_events"
    FOR EACH ROW EXECUTE FUNCTION "chain_audit_event"();

CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is only added to';
END;
$$;

CREATE TRIGGER "refuse_audit_change" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_events"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

-- What aliases did so far becomes the beginning of the audit, and has no other place from now on.
INSERT INTO "audit_events" ("at", "actor", "action", "subject", "model", "from_value", "to_value", "reason", "request_id", "details")
SELECT e."created_at", e."actor", 'ALIAS_MOVED', m."name" || '@' || e."alias", m."name", f."number"::text, t."number"::text,
    e."reason", e."request_id", json_build_object('alias', e."alias", 'gate', e."gate")::text
FROM "alias_events" e
    JOIN "models" m ON m."id" = e."model_id"
    JOIN "model_versions" t ON t."id" = e."to_version_id"
    LEFT JOIN "model_versions" f ON f."id" = e."from_version_id"
ORDER BY e."created_at", e."id";

DROP TABLE "alias_events";
