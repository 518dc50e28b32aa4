// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// An event in the life of a job (CONTRACT 7). Open: consumers ignore members, events and reasons they do not know.
enum OutcomeSchema {
    private static let reasons =
        PostponeReason.allCases.map(\.rawValue) + WithholdReason.allCases.map(\.rawValue)
        + FailureReason.allCases.map(\.rawValue) + CancelReason.allCases.map(\.rawValue) + ["in_doubt"]

    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Gatepost: an outcome",
          "description": "Ignore members, events and reasons you do not know: later versions add some.",
          "type": "object",
          "required": [
            "seq", "time", "event", "producer", "job", "channel", "recipient", "person", "template", "template_digest",
            "class", "brand", "topic", "campaign", "route", "attempt", "reason", "detail", "until", "message_id",
            "content_sha256", "segments", "provider", "reference", "cause", "settles"
          ],
          "properties": {
            "seq": { "type": "integer", "minimum": 1, "description": "Increases, and becomes visible in order." },
            "time": { "type": "string", "format": "date-time" },
            "event": { "type": "string", "examples": \#(SchemaWords.list(Event.allCases.map(\.rawValue))) },
            "producer": { "type": ["string", "null"] },
            "job": { "type": ["string", "null"], "description": "The producer's id." },
            "channel": { "enum": \#(SchemaWords.list(ChannelKind.allCases.map(\.rawValue)).dropLast()),null] },
            "recipient": { "type": ["string", "null"] },
            "person": { "type": ["string", "null"] },
            "template": { "type": ["string", "null"] },
            "template_digest": { "type": ["string", "null"] },
            "class": { "enum": \#(SchemaWords.list(MessageClass.allCases.map(\.rawValue)).dropLast()),null] },
            "brand": { "type": ["string", "null"] },
            "topic": { "type": ["string", "null"] },
            "campaign": { "type": ["string", "null"] },
            "route": { "type": ["string", "null"] },
            "attempt": { "type": ["integer", "null"], "minimum": 0 },
            "reason": { "type": ["string", "null"], "examples": \#(SchemaWords.list(Array(Set(reasons)).sorted())) },
            "detail": { "type": ["string", "null"] },
            "until": { "type": ["string", "null"], "format": "date-time" },
            "message_id": { "type": ["string", "null"] },
            "content_sha256": { "type": ["string", "null"], "pattern": "^[0-9a-f]{64}$" },
            "segments": { "type": ["integer", "null"], "minimum": 1 },
            "provider": {
              "type": ["object", "null"],
              "required": ["id", "code", "enhanced"],
              "properties": {
                "id": { "type": ["string", "null"] },
                "code": { "type": ["string", "null"] },
                "enhanced": { "type": ["string", "null"] }
              }
            },
            "reference": { "description": "As the job gave it." },
            "cause": { "type": ["string", "null"], "description": "The id of the cancel that ended the job." },
            "settles": { "type": ["integer", "null"], "description": "The seq of the unknown event that this one settles." },
            "decision": { "description": "With --decisions: every rule that was asked, its version, what it saw, what it said." }
          }
        }
        """#
}
