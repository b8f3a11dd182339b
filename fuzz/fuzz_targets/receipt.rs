#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| smpp_fuzz::receipt(data));
