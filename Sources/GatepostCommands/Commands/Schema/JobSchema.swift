// SPDX-License-Identifier: Apache-2.0
//
// What `RecordDecoder` takes (CONTRACT 4), as far as a schema can say it. Lengths are in characters here and in bytes
// there: a text of letters beyond ASCII may pass here and be refused there. A contract test holds the two together.

import GatewayModel

enum JobSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Gatepost: a record of the file queue",
          "description": "One record: a file NAME.json, or a line of NAME.ndjson. At most 1 MiB, nesting of at most 32, no duplicate keys.",
          "type": "object",
          "if": { "properties": { "kind": { "enum": ["cancel", "consent", "suppress"] } }, "required": ["kind"] },
          "then": {
            "properties": { "kind": { "type": "string" } },
            "oneOf": [
              { "$ref": "#/$defs/cancel" }, { "$ref": "#/$defs/grant" }, { "$ref": "#/$defs/optOut" },
              { "$ref": "#/$defs/suppress" }
            ]
          },
          "else": { "$ref": "#/$defs/job" },
          "$defs": {
            "job": {
              "description": "One message for one recipient on one channel.",
              "type": "object",
              "required": ["id", "channel", "template", "to"],
              "additionalProperties": false,
              "properties": {
                "kind": { "const": "job" },
                "id": { "$ref": "#/$defs/id" },
                "channel": { "$ref": "#/$defs/channel" },
                "template": { "$ref": "#/$defs/line" },
                "to": { "$ref": "#/$defs/recipient" },
                "brand": { "$ref": "#/$defs/line", "description": "May be left out where one brand is configured." },
                "topic": { "$ref": "#/$defs/line", "description": "Required for marketing templates." },
                "campaign": { "$ref": "#/$defs/line" },
                "data": { "type": "object", "description": "What the template declares." },
                "created_at": { "$ref": "#/$defs/time" },
                "not_before": { "$ref": "#/$defs/time" },
                "not_before_local": { "$ref": "#/$defs/wallTime" },
                "expires_at": { "$ref": "#/$defs/time" },
                "priority": { "enum": \#(SchemaWords.list(Priority.allCases.map(\.word))) },
                "route": { "$ref": "#/$defs/line" },
                "reference": { "description": "Comes back in every outcome; at most 4 KiB." },
                "from": { "$ref": "#/$defs/mailbox", "description": "Where the brand's from_domains allow it." },
                "reply_to": { "$ref": "#/$defs/mailbox" },
                "headers": {
                  "type": "object",
                  "maxProperties": 50,
                  "propertyNames": {
                    "pattern": "^([Xx]-[!-9;-~]{1,74}|[Ii][Nn]-[Rr][Ee][Pp][Ll][Yy]-[Tt][Oo]|[Rr][Ee][Ff][Ee][Rr][Ee][Nn][Cc][Ee][Ss])$"
                  },
                  "additionalProperties": { "type": "string", "pattern": "^[^\\u0000-\\u0008\\u000A-\\u001F\\u007F\\u2028\\u2029]*$" }
                },
                "task": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "due": { "$ref": "#/$defs/time" },
                    "owner": { "$ref": "#/$defs/line" },
                    "intended_channel": { "enum": ["email", "sms", "voice"] }
                  }
                }
              },
              "allOf": [
                {
                  "if": { "properties": { "channel": { "const": "email" } } },
                  "then": { "properties": { "to": { "required": ["email"] } } },
                  "else": { "properties": { "from": false, "reply_to": false, "headers": false } }
                },
                {
                  "if": { "properties": { "channel": { "const": "sms" } } },
                  "then": { "properties": { "to": { "required": ["phone"] } } }
                },
                {
                  "if": { "properties": { "channel": { "const": "crm_task" } } },
                  "then": { "properties": { "to": { "required": ["crm_contact"] } } },
                  "else": { "properties": { "task": false } }
                }
              ]
            },
            "cancel": {
              "description": "Takes queued jobs back: every key of match must hold.",
              "type": "object",
              "required": ["kind", "id", "match"],
              "additionalProperties": false,
              "properties": {
                "kind": { "const": "cancel" },
                "id": { "$ref": "#/$defs/id" },
                "match": {
                  "type": "object",
                  "minProperties": 1,
                  "additionalProperties": false,
                  "properties": {
                    "id": { "$ref": "#/$defs/id" },
                    "person": { "$ref": "#/$defs/line" },
                    "email": { "$ref": "#/$defs/email" },
                    "phone": { "$ref": "#/$defs/phone" },
                    "crm_contact": { "$ref": "#/$defs/line" },
                    "campaign": { "$ref": "#/$defs/line" },
                    "topic": { "$ref": "#/$defs/line" },
                    "brand": { "$ref": "#/$defs/line" },
                    "channel": { "$ref": "#/$defs/channel" }
                  }
                },
                "as_of": { "$ref": "#/$defs/time" },
                "all": { "type": "boolean" }
              },
              "anyOf": [
                { "properties": { "all": { "const": true } }, "required": ["all"] },
                {
                  "properties": {
                    "match": {
                      "anyOf": [
                        { "required": ["id"] }, { "required": ["person"] }, { "required": ["email"] },
                        { "required": ["phone"] }, { "required": ["crm_contact"] }
                      ]
                    }
                  }
                }
              ]
            },
            "grant": {
              "description": "Permission is given, asked for or corrected: strict.",
              "type": "object",
              "required": ["kind", "id", "address", "type"],
              "additionalProperties": false,
              "properties": {
                "kind": { "const": "consent" },
                "id": { "$ref": "#/$defs/id" },
                "address": { "anyOf": [{ "$ref": "#/$defs/email" }, { "$ref": "#/$defs/phone" }] },
                "channel": { "enum": ["email", "sms", "voice"] },
                "brand": { "$ref": "#/$defs/line", "description": "May be left out where one brand is configured." },
                "topics": { "type": "array", "items": { "$ref": "#/$defs/line" }, "minItems": 1, "maxItems": 100 },
                "type": { "enum": \#(SchemaWords.list(ConsentType.allCases.filter { !$0.isOptOut }.map(\.rawValue))) },
                "basis": { "enum": \#(SchemaWords.list(ConsentBasis.allCases.map(\.rawValue))) },
                "basis_facts": {
                  "type": "object", "description": "date, purchase_date or inquiry_date: what an implied basis counts from."
                },
                "method": { "$ref": "#/$defs/line" },
                "occurred_at": { "$ref": "#/$defs/moment", "description": "Not in the future; default: now." },
                "wording": { "type": "string", "minLength": 1, "description": "The text that was shown; at most 256 KiB." },
                "language": { "type": "string", "maxLength": 35, "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$" },
                "disclosures": { "type": "object" },
                "evidence": { "type": "object", "description": "At most 16 KiB." },
                "actor": { "$ref": "#/$defs/line" },
                "corrects": { "type": "string", "pattern": "^c[1-9][0-9]*$", "description": "The event that is void." }
              },
              "allOf": [
                {
                  "if": { "properties": { "type": { "const": "corrected" } } },
                  "then": { "required": ["corrects"] },
                  "else": { "required": ["channel", "topics"], "properties": { "corrects": false } }
                },
                {
                  "if": { "properties": { "channel": { "const": "email" } }, "required": ["channel"] },
                  "then": { "properties": { "address": { "$ref": "#/$defs/email" } } }
                },
                {
                  "if": { "properties": { "channel": { "enum": ["sms", "voice"] } }, "required": ["channel"] },
                  "then": { "properties": { "address": { "$ref": "#/$defs/phone" } } }
                }
              ]
            },
            "optOut": {
              "description": "Permission is taken away. Only an unusable address rejects it: whatever else is wrong is left out, which makes it reach further. So write it as a grant is written; without channel, brand or topics it holds for all.",
              "type": "object",
              "required": ["kind", "address", "type"],
              "properties": {
                "kind": { "const": "consent" },
                "address": { "type": "string" },
                "type": { "enum": \#(SchemaWords.list(ConsentType.allCases.filter(\.isOptOut).map(\.rawValue))) }
              }
            },
            "suppress": {
              "description": "Somebody must not be contacted. Only an unusable target rejects it; write id, reason, scope (channel, brand, topic, campaign, class), expires_at and note as they are meant.",
              "type": "object",
              "required": ["kind", "target"],
              "properties": {
                "kind": { "const": "suppress" },
                "target": {
                  "type": "string",
                  "description": "An address, @domain, *.domain, +33*, person:ID, md5:…, sha1:… or sha256:…"
                },
                "reason": { "examples": \#(SchemaWords.list(SuppressionReason.allCases.map(\.rawValue))) }
              }
            },
            "recipient": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "email": { "$ref": "#/$defs/email" },
                "phone": { "$ref": "#/$defs/phone" },
                "crm_contact": { "$ref": "#/$defs/line" },
                "name": { "$ref": "#/$defs/name" },
                "person": { "$ref": "#/$defs/line" },
                "timezone": { "$ref": "#/$defs/line", "description": "IANA name." },
                "country": { "type": "string", "pattern": "^[A-Z]{2}$" },
                "region": { "type": "string", "pattern": "^[A-Z]{2}-[A-Z0-9]{1,3}$" },
                "locale": { "type": "string", "maxLength": 35, "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$" }
              }
            },
            "mailbox": {
              "type": "object",
              "required": ["email"],
              "additionalProperties": false,
              "properties": { "email": { "$ref": "#/$defs/email" }, "name": { "$ref": "#/$defs/name" } }
            },
            "id": { "type": "string", "pattern": "^[ -~]{1,200}$", "description": "No personal data." },
            "channel": { "enum": \#(SchemaWords.list(ChannelKind.allCases.map(\.rawValue))) },
            "line": {
              "type": "string", "minLength": 1, "maxLength": 200,
              "pattern": "^[^\\u0000-\\u0008\\u000A-\\u001F\\u007F\\u2028\\u2029]*$"
            },
            "name": {
              "type": "string", "minLength": 1, "maxLength": 512,
              "pattern": "^[^\\u0000-\\u0008\\u000A-\\u001F\\u007F\\u2028\\u2029]*$"
            },
            "email": {
              "type": "string", "maxLength": 320,
              "pattern": "^[^\\u0000-\\u0020\\u007F\"(),:;<>@\\[\\\\\\]]+@[^\\u0000-\\u0020\\u007F\"(),:;<>@\\[\\\\\\]]+\\.[^\\u0000-\\u0020\\u007F\"(),:;<>@\\[\\\\\\]]+$"
            },
            "phone": { "type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$", "description": "E.164." },
            "time": {
              "type": "string", "format": "date-time",
              "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
            },
            "moment": {
              "anyOf": [
                { "$ref": "#/$defs/time" }, { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }
              ]
            },
            "wallTime": {
              "type": "string",
              "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
              "description": "In the recipient's zone."
            }
          }
        }
        """#
}
