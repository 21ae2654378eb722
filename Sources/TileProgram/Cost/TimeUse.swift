/// What an IPU does with its cycles.
package struct TimeUse: Hashable, Sendable {
  /// Compute sets.
  package var compute = 0
  /// Exchanges within the IPU, and copies within its tiles.
  package var exchange = 0
  /// Waiting for the other tiles before an exchange, and for the other IPUs.
  package var sync = 0
  /// Copies over IPU-Links.
  package var links = 0
  /// Transfers from and to streaming memory.
  package var streaming = 0
  /// Transfers from the host.
  package var host = 0
  /// Waiting for an IPU that has more to do.
  package var idle = 0

  package init(
    compute: Int = 0, exchange: Int = 0, sync: Int = 0, links: Int = 0, streaming: Int = 0,
    host: Int = 0, idle: Int = 0
  ) {
    self.compute = compute
    self.exchange = exchange
    self.sync = sync
    self.links = links
    self.streaming = streaming
    self.host = host
    self.idle = idle
  }

  /// All cycles.
  package var total: Int { busy + idle }

  /// All cycles but those of waiting for an IPU that has more to do.
  package var busy: Int { compute + exchange + sync + links + streaming + host }

  /// The same without waiting.
  var withoutIdle: TimeUse {
    var use = self
    use.idle = 0
    return use
  }

  /// Both times, one after the other.
  package static func + (left: TimeUse, right: TimeUse) -> TimeUse {
    TimeUse(
      compute: left.compute + right.compute, exchange: left.exchange + right.exchange,
      sync: left.sync + right.sync, links: left.links + right.links,
      streaming: left.streaming + right.streaming, host: left.host + right.host,
      idle: left.idle + right.idle)
  }

  /// Adds another time.
  package static func += (left: inout TimeUse, right: TimeUse) { left = left + right }

  /// So much time `count` times.
  package static func * (use: TimeUse, count: Int) -> TimeUse {
    TimeUse(
      compute: use.compute * count, exchange: use.exchange * count, sync: use.sync * count,
      links: use.links * count, streaming: use.streaming * count, host: use.host * count,
      idle: use.idle * count)
  }

  /// The parts by their names, in the order of the properties.
  package var parts: [(name: String, cycles: Int)] {
    [
      ("compute", compute), ("exchange", exchange), ("sync", sync), ("links", links),
      ("streaming", streaming), ("host", host), ("idle", idle),
    ]
  }
}
