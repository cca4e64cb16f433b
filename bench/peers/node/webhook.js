// The webhook as a team would write it with fastify and node-rdkafka.
const crypto = require("node:crypto");
const fastify = require("fastify");
const kafka = require("node-rdkafka");

const secret = process.env.METRONOME_WEBHOOK_SECRET;
const topic = process.env.RAW_INVOICES_TOPIC;
const TOLERANCE_MS = 300_000;

const producer = new kafka.Producer({
  "bootstrap.servers": process.env.KAFKA_BOOTSTRAP_SERVERS,
  "acks": "all",
  "enable.idempotence": true,
  "message.timeout.ms": 9000,
  "dr_cb": true,
});
producer.on("delivery-report", (error, report) => report.opaque(error));

function publish(record) {
  return new Promise((resolve, reject) => {
    const answered = (error) => (error ? reject(error) : resolve());
    const value = Buffer.from(JSON.stringify(record));
    producer.produce(topic, null, value, record.invoice_id, Date.now(), answered);
  });
}

function isSigned(request) {
  const date = request.headers["x-metronome-date"] ?? "";
  const signature = Buffer.from(request.headers["metronome-webhook-signature"] ?? "");
  const hmac = crypto.createHmac("sha256", secret).update(date + "\n").update(request.body);
  const expected = Buffer.from(hmac.digest("hex"));
  if (expected.length !== signature.length) return false;
  if (!crypto.timingSafeEqual(expected, signature)) return false;
  return Math.abs(Date.now() - Date.parse(date)) <= TOLERANCE_MS;
}

const app = fastify();
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
app.post("/webhooks/metronome", async (request, reply) => {
  if (!isSigned(request)) return reply.code(401).send();
  const event = JSON.parse(request.body);
  if (event.type === "invoice.finalized") {
    try {
      await publish({
        schema_version: 1,
        event_id: event.id,
        invoice_id: event.properties.invoice_id,
        customer_id: event.properties.customer_id,
        finalized_at: event.properties.invoice_finalized_date,
        received_at: new Date().toISOString(),
        source: "webhook",
        payload: event,
      });
    } catch {
      return reply.code(503).header("Retry-After", "30").send();
    }
  }
  return reply.code(200).send();
});

producer.once("ready", () => {
  producer.setPollInterval(5);
  app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
});
producer.connect();
