//! The `orchest` binary.

fn main() -> std::process::ExitCode {
    orchester::main(std::env::args_os())
}
