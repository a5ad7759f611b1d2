import Testing

/// The programs as they are built, against real peers. One at a time: what is measured here is time.
@Suite(.serialized) enum EndToEnd {}
