//! Check digits of the numbers that name a person.
//!
//! Each function takes the number without spaces and says whether its check digit holds. A number
//! whose digit fails may still be one, mistyped; who asks decides. It knows no text.

fn digits(number: &str) -> Option<Vec<u32>> {
    number
        .chars()
        .map(|character| character.to_digit(10))
        .collect()
}

/// NHS and CHI numbers: ten digits, modulo 11.
pub(super) fn nhs(number: &str) -> bool {
    let Some(digits) = digits(number).filter(|digits| digits.len() == 10) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .take(9)
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    (11 - sum % 11) % 11 == digits[9]
}

/// Scotland's CHI number: an NHS number that opens with a date of birth.
pub(super) fn chi(number: &str) -> bool {
    digits(number).is_some_and(|digits| {
        digits.len() == 10
            && (1..=31).contains(&(digits[0] * 10 + digits[1]))
            && (1..=12).contains(&(digits[2] * 10 + digits[3]))
    }) && nhs(number)
}

/// Spain's DNI and NIE: the letter is the number modulo 23.
pub(super) fn dni(number: &str) -> bool {
    let number = number.to_ascii_uppercase();
    let Some((body, letter)) = number
        .len()
        .checked_sub(1)
        .and_then(|at| number.split_at_checked(at))
    else {
        return false;
    };
    let body = match body.as_bytes().first() {
        Some(b'X') => format!("0{}", &body[1..]),
        Some(b'Y') => format!("1{}", &body[1..]),
        Some(b'Z') => format!("2{}", &body[1..]),
        _ => body.to_owned(),
    };
    let Ok(value) = body.parse::<usize>() else {
        return false;
    };
    body.len() == 8 && "TRWAGMYFPDXBNJZSQVHLCKE"[value % 23..].starts_with(letter)
}

/// Numbers with Luhn's check digit (IHI of Australia, South African identity numbers, cards).
pub(super) fn luhn(number: &str) -> bool {
    let Some(digits) = digits(number).filter(|digits| digits.len() >= 12) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::{chi, dni, luhn, nhs};

    #[test]
    fn holds_for_known_numbers_and_fails_for_their_neighbours() {
        assert!(nhs("9434765919") && !nhs("9434765918") && !nhs("943476591"));
        assert!(chi("0101231237") == nhs("0101231237"));
        assert!(!chi("9434765919"));
        assert!(dni("12345678Z") && dni("X1234567L") && !dni("12345678A") && !dni("Z") && !dni(""));
        assert!(luhn("8003608166690503") && !luhn("8003608166690504"));
    }
}
