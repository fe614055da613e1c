// The annex: its button prints it.

document.getElementById("print").addEventListener("click", () => print());
