// The webhook as a team would write it with net/http and franz-go.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const tolerance = 5 * time.Minute

type event struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Properties struct {
		InvoiceID   string `json:"invoice_id"`
		CustomerID  string `json:"customer_id"`
		FinalizedAt string `json:"invoice_finalized_date"`
	} `json:"properties"`
}

type rawInvoice struct {
	SchemaVersion int             `json:"schema_version"`
	EventID       string          `json:"event_id"`
	InvoiceID     string          `json:"invoice_id"`
	CustomerID    string          `json:"customer_id"`
	FinalizedAt   string          `json:"finalized_at"`
	ReceivedAt    time.Time       `json:"received_at"`
	Source        string          `json:"source"`
	Payload       json.RawMessage `json:"payload"`
}

type ingress struct {
	client *kgo.Client
	topic  string
	secret []byte
}

func main() {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(os.Getenv("KAFKA_BOOTSTRAP_SERVERS")),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerLinger(5*time.Millisecond),
		kgo.RecordDeliveryTimeout(9*time.Second),
	)
	if err != nil {
		log.Fatal(err)
	}
	in := &ingress{client, os.Getenv("RAW_INVOICES_TOPIC"), []byte(os.Getenv("METRONOME_WEBHOOK_SECRET"))}
	http.HandleFunc("POST /webhooks/metronome", in.take)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func (in *ingress) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<10))
	if err != nil || !in.isSigned(r.Header, body) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if e.Type != "invoice.finalized" {
		return
	}
	value, _ := json.Marshal(rawInvoice{
		1, e.ID, e.Properties.InvoiceID, e.Properties.CustomerID, e.Properties.FinalizedAt,
		time.Now().UTC(), "webhook", body,
	})
	record := &kgo.Record{Topic: in.topic, Key: []byte(e.Properties.InvoiceID), Value: value}
	if err := in.client.ProduceSync(r.Context(), record).FirstErr(); err != nil {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (in *ingress) isSigned(header http.Header, body []byte) bool {
	date := header.Get("X-Metronome-Date")
	mac := hmac.New(sha256.New, in.secret)
	mac.Write([]byte(date + "\n"))
	mac.Write(body)
	expected := hex.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(expected), []byte(header.Get("Metronome-Webhook-Signature"))) {
		return false
	}
	sent, err := http.ParseTime(date)
	return err == nil && time.Since(sent).Abs() <= tolerance
}
