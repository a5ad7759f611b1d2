/// Prints a measured figure, as `scripts/verify` collects them.
func report(_ what: String, _ goal: String, _ figure: String) { print("FIGURE\t\(what)\t\(goal)\t\(figure)") }
