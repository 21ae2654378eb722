#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

func naturalLogarithm(_ x: Double) -> Double { log(x) }
