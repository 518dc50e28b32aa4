// SPDX-License-Identifier: Apache-2.0

/// What producers read of a file they gave (CONTRACT 3.4).
enum ReceiptSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Gatepost: a receipt",
          "type": "object",
          "required": ["file", "sha256", "bytes", "taken_at", "accepted", "duplicates", "rejected", "cancelled", "problems"],
          "properties": {
            "file": { "type": "string" },
            "sha256": {
              "type": ["string", "null"], "pattern": "^[0-9a-f]{64}$",
              "description": "Of the whole file; null where it could not be read to its end."
            },
            "bytes": { "type": "integer", "minimum": 0 },
            "taken_at": { "type": ["string", "null"], "format": "date-time", "description": "Null in a dry run." },
            "accepted": { "type": "integer", "minimum": 0 },
            "duplicates": { "type": "integer", "minimum": 0 },
            "rejected": { "type": "integer", "minimum": 0 },
            "cancelled": { "type": "integer", "minimum": 0, "description": "Ended at once by a cancel that is remembered." },
            "problems": {
              "type": "array",
              "maxItems": 1000,
              "items": {
                "type": "object",
                "required": ["line", "id", "code", "field", "message"],
                "properties": {
                  "line": { "type": ["integer", "null"], "minimum": 1 },
                  "id": { "type": ["string", "null"] },
                  "code": {
                    "enum": [
                      "not_json", "unreadable", "too_large", "missing_field", "unknown_field", "bad_type", "bad_value",
                      "bad_address", "bad_time", "unknown_template", "unknown_brand", "unknown_topic", "unknown_route",
                      "no_route", "template_data", "header_injection", "id_conflict", "expired", "not_permitted"
                    ]
                  },
                  "field": { "type": ["string", "null"] },
                  "message": { "type": "string" }
                }
              }
            }
          }
        }
        """#
}
