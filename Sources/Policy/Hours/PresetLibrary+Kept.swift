// SPDX-License-Identifier: Apache-2.0

import StrictTOML

extension PresetLibrary {
    /// The presets of files that were kept with a policy, to explain what was decided by it. What cannot be read any
    /// more is left out: an explanation is no reason to refuse anything.
    ///
    /// - Parameter files: by their names under the policies directory, as `digestInput` has them.
    public init(kept files: [(name: String, bytes: [UInt8])]) {
        let findings = TOMLFindings()
        let kept = files.map { file in
            let bare = file.name.hasPrefix("shipped/") ? String(file.name.dropFirst("shipped/".count)) : file.name
            return PolicyFile(path: file.name, name: bare, isShipped: bare != file.name, bytes: file.bytes)
        }
        // The operator's own stand in for shipped ones of the same id: so they come last.
        let ordered = kept.filter(\.isShipped) + kept.filter { !$0.isShipped }
        let holidays = ordered.filter { $0.name.hasPrefix("holidays/") }.compactMap { file in
            file.document(findings).flatMap { HolidayReader.read($0, findings) }
        }
        let last = Dictionary(holidays.map { ($0.id, $0) }) { _, last in last }
        let calendars = HolidayDraft.link(Array(last.values), findings)
        let presets = ordered.filter { $0.name.hasPrefix("presets/") }.compactMap { file in
            file.document(findings).flatMap { PresetReader.read($0, findings) }?.preset(calendars, findings)
        }
        self.init(presets, digestInput: files)
    }
}
