// SPDX-License-Identifier: Apache-2.0
//
// Loads a templates directory: reads it, parses the partials, builds each template for all brands and again for the
// brands that override something in it. Never stops half-way; every problem is kept.

import GatewayModel

extension TemplateCatalog {
    /// - Parameters:
    ///   - directory: as CONTRACT 6 lays it out; read whole, once.
    ///   - brands: ids of the configured brands; only these may override.
    public static func load(directory: String, brands: [String]) -> TemplateCatalog {
        var loader = CatalogLoader(TemplateTree.read(directory), brands: brands)
        return loader.load()
    }
}

private struct CatalogLoader {
    private let tree: TemplateTree
    private let brands: [String]
    /// By brand; "" for all.
    private let partials: [String: [String: MustachePage]]
    private var problems: [TemplateProblem]

    init(_ tree: TemplateTree, brands: [String]) {
        (self.tree, self.brands, problems) = (tree, brands, tree.problems)
        partials = tree.partials.mapValues { $0.mapValues { MustacheParser.parse($0) } }
    }

    mutating func load() -> TemplateCatalog {
        checkBrands()
        for page in partials.values.flatMap(\.values) { problems += page.problems }
        var entries: [String: TemplateCatalog.Entry] = [:]
        for base in tree.folders where base.brand == nil { entries[base.name] = entry(base) }
        for folder in tree.folders where folder.brand != nil && entries[folder.name] == nil {
            problems.append(TemplateProblem(file: folder.path, "overrides \"\(folder.name)\", which is not there"))
        }
        return TemplateCatalog(entries: entries, problems: sorted(problems))
    }

    private mutating func checkBrands() {
        for folder in tree.folders { if let brand = folder.brand { check(brand, folder.path) } }
        for brand in tree.partials.keys.sorted() where !brand.isEmpty { check(brand, "_partials/\(brand)") }
    }

    private mutating func check(_ brand: String, _ path: String) {
        guard !brands.contains(brand) else { return }
        let known = brands.isEmpty ? "no brand is configured" : "configured: \(brands.joined(separator: ", "))"
        problems.append(TemplateProblem(file: path, "there is no brand \"\(brand)\"", hint: known))
    }

    private mutating func entry(_ base: TemplateFolder) -> TemplateCatalog.Entry {
        let (lookup, used) = lookup(base, nil, brand: nil)
        var entry = TemplateCatalog.Entry(base: lookup)
        for brand in brands {
            let override = tree.folders.first { $0.name == base.name && $0.brand == brand }
            let ownPartials = Set((partials[brand] ?? [:]).keys)
            if override != nil || !ownPartials.isEmpty && !used.isDisjoint(with: ownPartials) {
                entry.brands[brand] = self.lookup(base, override, brand: brand).lookup
            }
        }
        if let file = base.files["sample.json"], case .success(let data) = SampleCheck.data(file) {
            entry.sample = data
        }
        return entry
    }

    private mutating func lookup(
        _ base: TemplateFolder, _ override: TemplateFolder?, brand: String?
    ) -> (lookup: TemplateLookup, used: Set<String>) {
        let shared = partials[""] ?? [:]
        let seen = brand.flatMap { partials[$0] }.map { shared.merging($0) { _, own in own } } ?? shared
        var builder = TemplateBuilder(base, override: override, partials: seen)
        let template = builder.build(brand: brand)
        var found = builder.problems
        if let template, let file = override?.files["sample.json"] ?? base.files["sample.json"] {
            found += SampleCheck.problems(of: template, sample: file)
        }
        problems += found
        guard let template, found.isEmpty else { return (.broken(sorted(found)), builder.used) }
        return (.ready(template), builder.used)
    }

    /// Each once, in order of file and place.
    private func sorted(_ problems: [TemplateProblem]) -> [TemplateProblem] {
        Set(problems).sorted {
            ($0.file, $0.line ?? 0, $0.column ?? 0, $0.message) < ($1.file, $1.line ?? 0, $1.column ?? 0, $1.message)
        }
    }
}
