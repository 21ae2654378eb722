/// Which layer of a model a function is: the names that pipeline stages list, by what the names of
/// functions begin with.
///
/// This is the one place that knows both. The table is open: a model with other layers adds entries by
/// the option `layers` of `partition`, `layers=my_adapter:adapter;my_gate:gate`, and lists `adapter`
/// and `gate` in its stages. Of several entries that fit, the longest counts.
///
/// | function begins with | listed as |
/// | --- | --- |
/// | `embeddings` | `emb` |
/// | `encoder_layer` | `hid` |
/// | `encoder_output` | `enc_out` |
/// | `pooler` | `pool` |
/// | `heads` | `heads` |
/// | `qa_head` | `qa_head` |
/// | `glue_head` | `glue_head` |
package struct LayerTable: Sendable {
  private(set) var entries: [(prefix: String, layer: String)] = [
    ("embeddings", "emb"), ("encoder_layer", "hid"), ("encoder_output", "enc_out"),
    ("pooler", "pool"), ("heads", "heads"), ("qa_head", "qa_head"), ("glue_head", "glue_head"),
  ]

  /// The layer that stages list once for each of its calls, which take the places in order. All calls
  /// of another layer go to the first stage that lists it.
  static let repeatedLayer = "hid"

  /// The table as above.
  package init() {}

  mutating func add(prefix: String, layer: String) { entries.append((prefix, layer)) }

  /// The layer that a function is; nil where the table has no entry for it.
  package func layer(ofFunction name: String) -> String? {
    entries.filter { name.hasPrefix($0.prefix) }.max { $0.prefix.count < $1.prefix.count }?.layer
  }
}
