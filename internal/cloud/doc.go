// Package cloud is Lodge's door to AWS, one file a service: what is kept in S3,
// what arrives there, secrets in Secrets Manager, tasks of ECS, and where what
// becomes of invoices is told. It knows their calls, errors and delays; what is
// to be done is decided elsewhere. Nothing else but
// internal/ledger/dynamo knows the SDK.
package cloud
