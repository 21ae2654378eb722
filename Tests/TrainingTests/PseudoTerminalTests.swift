import Glibc
import Testing
import Training

@Suite struct PseudoTerminalTests {
  @Test func aTerminalShowsItsWidthAndNoColorIsHonoured() throws {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    try #require(master >= 0)
    defer { close(master) }
    // Linux's TIOCSPTLCK and TIOCGPTN, macros that Swift cannot import: they unlock the terminal
    // and give its number.
    var lock: Int32 = 0
    var number: UInt32 = 0
    try #require(ioctl(master, 0x4004_5431, &lock) == 0)
    try #require(ioctl(master, 0x8004_5430, &number) == 0)
    let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    try #require(terminal >= 0)
    defer { close(terminal) }
    var size = winsize()
    size.ws_col = 47
    try #require(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)

    func traits(_ variables: [String: String]) -> TerminalTraits {
      TerminalTraits.of(descriptor: terminal, environment: { variables[$0] })
    }
    #expect(
      traits(["TERM": "xterm"])
        == .init(isTerminal: true, colour: true, unicode: false, width: 47))
    #expect(!traits(["TERM": "xterm", "NO_COLOR": "1"]).colour)
    #expect(traits(["TERM": "xterm", "NO_COLOR": ""]).colour)
    #expect(!traits(["TERM": "dumb"]).isTerminal)
  }
}
