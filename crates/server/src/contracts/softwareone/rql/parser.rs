//! From the text of a filter to its tree, by recursive descent within bounds.

use super::{
    lexer::{self, Token},
    mistake::Mistake,
    tree::{Expression, Membership, Operator, Path, Quantifier, Term},
};
use domain::limits;

/// Reads a filter.
///
/// # Errors
/// The first mistake in it.
pub fn parse(filter: &str) -> Result<Expression, Mistake> {
    let tokens = lexer::tokens(filter)?;
    let mut parser = Parser { tokens: &tokens, place: 0, depth: 0, conditions: 0 };
    let expression = parser.alternatives(true)?;
    match parser.next() {
        None => Ok(expression),
        Some(Token::Close) => Err(Mistake::unbalanced("filter")),
        Some(token) => Err(Mistake::expression_expected(text_of(token))),
    }
}

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    place: usize,
    depth: usize,
    conditions: usize,
}

/// What may stand on a side of `=` or as an argument: a term, or the beginning of a condition.
enum Side<'a> {
    Term(Term, &'a str),
    Function(&'a str),
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.place).copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek();
        self.place += 1;
        token
    }

    fn take(&mut self, wanted: Token<'_>) -> bool {
        let found = self.peek() == Some(wanted);
        self.place += usize::from(found);
        found
    }

    fn expect_close(&mut self) -> Result<(), Mistake> {
        if self.take(Token::Close) { Ok(()) } else { Err(Mistake::unbalanced("filter")) }
    }

    /// `a;b`, of which each may be `a&b`. A comma means the same as `&` where it does not part arguments.
    fn alternatives(&mut self, comma_joins: bool) -> Result<Expression, Mistake> {
        let mut alternatives = vec![self.together(comma_joins)?];
        while self.take(Token::Or) {
            alternatives.push(self.together(comma_joins)?);
        }
        Ok(single_or(alternatives, Expression::Any))
    }

    fn together(&mut self, comma_joins: bool) -> Result<Expression, Mistake> {
        let mut parts = vec![self.condition()?];
        while self.take(Token::And) || (comma_joins && self.take(Token::Comma)) {
            parts.push(self.condition()?);
        }
        Ok(single_or(parts, Expression::All))
    }

    fn condition(&mut self) -> Result<Expression, Mistake> {
        self.conditions += 1;
        if self.conditions > limits::SEARCH_CONDITIONS {
            return Err(Mistake::too_much("filter", "conditions", limits::SEARCH_CONDITIONS));
        }
        if self.depth == limits::SEARCH_DEPTH {
            return Err(Mistake::too_much("filter", "levels", limits::SEARCH_DEPTH));
        }
        self.depth += 1;
        let expression = self.condition_within_bounds();
        self.depth -= 1;
        expression
    }

    fn condition_within_bounds(&mut self) -> Result<Expression, Mistake> {
        if self.take(Token::Open) {
            if self.take(Token::Close) {
                return Err(Mistake::empty_group());
            }
            let inner = self.alternatives(true)?;
            self.expect_close()?;
            return Ok(inner);
        }
        match self.side()? {
            Side::Term(left, text) => self.shortcut(&left, text),
            Side::Function(name) => self.function(name),
        }
    }

    /// A term, or the name of a function whose parenthesis has been opened.
    fn side(&mut self) -> Result<Side<'a>, Mistake> {
        let (term, text) = match self.next() {
            Some(Token::Quoted(text)) => (Term::Quoted(text.to_owned()), text),
            Some(Token::Word(word)) if self.take(Token::Open) => {
                return match word.to_ascii_lowercase().as_str() {
                    "null" => self.expect_close().map(|()| Side::Term(Term::Null, "null()")),
                    "empty" => self.expect_close().map(|()| Side::Term(Term::Empty, "empty()")),
                    "self" => self.own_property(),
                    _ => Ok(Side::Function(word)),
                };
            }
            Some(Token::Word(word)) => (Term::Word(word.to_owned()), word),
            Some(Token::Close) => return Err(Mistake::unbalanced("filter")),
            None => return Err(Mistake::expression_expected("")),
            Some(token) => return Err(Mistake::expression_expected(text_of(token))),
        };
        Ok(Side::Term(term, text))
    }

    /// What follows `self(`.
    fn own_property(&mut self) -> Result<Side<'a>, Mistake> {
        let path = match self.peek() {
            Some(Token::Word(word)) => word,
            _ => "",
        };
        self.place += usize::from(!path.is_empty());
        self.expect_close()?;
        Ok(Side::Term(Term::Property(Path(path.to_owned())), path))
    }

    /// `left=right`
    fn shortcut(&mut self, left: &Term, text: &str) -> Result<Expression, Mistake> {
        if !self.take(Token::Equals) {
            return Err(Mistake::expression_expected(text));
        }
        let path = path(left, text)?;
        let wrong = || Mistake::wrong_shortcut(text);
        match self.side() {
            Ok(Side::Term(right, _)) if self.peek() != Some(Token::Equals) && !matches!(right, Term::Property(_)) => {
                Ok(Expression::Compare(Operator::Eq, path, right))
            }
            Ok(_) | Err(_) => Err(wrong()),
        }
    }

    /// The rest of a function whose parenthesis has been opened.
    fn function(&mut self, name: &str) -> Result<Expression, Mistake> {
        let compare = |operator| move |parser: &mut Self| parser.compare(operator);
        let expression = match name.to_ascii_lowercase().as_str() {
            "and" => self.group(Expression::All),
            "or" => self.group(Expression::Any),
            "not" => Ok(Expression::Not(Box::new(self.alternatives(false)?))),
            "eq" => compare(Operator::Eq)(self),
            "ne" => compare(Operator::Ne)(self),
            "gt" => compare(Operator::Gt)(self),
            "ge" => compare(Operator::Ge)(self),
            "lt" => compare(Operator::Lt)(self),
            "le" => compare(Operator::Le)(self),
            "like" => compare(Operator::Like)(self),
            "ilike" => compare(Operator::Ilike)(self),
            "in" => self.one_of(Membership::In),
            "out" => self.one_of(Membership::Out),
            "any" => self.elements(Quantifier::Any),
            "all" => self.elements(Quantifier::All),
            _ => Err(Mistake::unknown_function(name)),
        }?;
        match self.next() {
            Some(Token::Close) => Ok(expression),
            Some(_) => Err(Mistake::wrong_arguments(name)),
            None => Err(Mistake::unbalanced("filter")),
        }
    }

    fn group(&mut self, joined: fn(Vec<Expression>) -> Expression) -> Result<Expression, Mistake> {
        if self.peek() == Some(Token::Close) {
            return Err(Mistake::empty_group());
        }
        let mut parts = vec![self.alternatives(false)?];
        while self.take(Token::Comma) {
            parts.push(self.alternatives(false)?);
        }
        Ok(joined(parts))
    }

    fn compare(&mut self, operator: Operator) -> Result<Expression, Mistake> {
        let path = self.path(operator.as_str())?;
        Ok(Expression::Compare(operator, path, self.term(operator.as_str())?))
    }

    fn one_of(&mut self, membership: Membership) -> Result<Expression, Mistake> {
        let name = membership.as_str();
        let path = self.path(name)?;
        let mut values = Vec::new();
        if self.take(Token::Open) {
            while self.peek() != Some(Token::Close) {
                if !values.is_empty() && !self.take(Token::Comma) {
                    return Err(Mistake::wrong_arguments(name));
                }
                if values.len() == limits::SEARCH_VALUES {
                    return Err(Mistake::too_much(&path.0, "values", limits::SEARCH_VALUES));
                }
                values.push(self.term(name)?);
            }
            self.expect_close()?;
        } else if self.peek() != Some(Token::Close) {
            values.push(self.term(name)?);
        }
        if values.is_empty() {
            return Err(Mistake::empty_list(&path.0));
        }
        Ok(Expression::OneOf(membership, path, values))
    }

    fn elements(&mut self, quantifier: Quantifier) -> Result<Expression, Mistake> {
        let name = quantifier.as_str();
        let path = match self.side()? {
            Side::Term(term, text) => path(&term, text)?,
            Side::Function(_) => return Err(Mistake::wrong_arguments(name)),
        };
        let condition = if self.take(Token::Comma) { Some(Box::new(self.alternatives(false)?)) } else { None };
        if condition.is_none() && quantifier == Quantifier::All {
            return Err(Mistake::wrong_arguments(name));
        }
        Ok(Expression::Elements(quantifier, path, condition))
    }

    /// The first of two arguments, with the comma behind it.
    fn path(&mut self, function: &str) -> Result<Path, Mistake> {
        match self.side()? {
            Side::Term(term, text) if self.take(Token::Comma) => path(&term, text),
            Side::Term(..) | Side::Function(_) => Err(Mistake::wrong_arguments(function)),
        }
    }

    fn term(&mut self, function: &str) -> Result<Term, Mistake> {
        if matches!(self.peek(), Some(Token::Close | Token::Comma) | None) {
            return Err(Mistake::wrong_arguments(function));
        }
        match self.side()? {
            Side::Term(term, _) => Ok(term),
            Side::Function(name) => Err(Mistake::unknown_function(name)),
        }
    }
}

/// The property that a term names.
fn path(term: &Term, text: &str) -> Result<Path, Mistake> {
    match term {
        Term::Word(word) => Ok(Path(word.clone())),
        Term::Property(path) => Ok(path.clone()),
        Term::Quoted(_) | Term::Null | Term::Empty => Err(Mistake::unknown_path(text)),
    }
}

fn single_or(mut parts: Vec<Expression>, joined: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            joined(parts)
        }
    }
}

fn text_of(token: Token<'_>) -> &str {
    match token {
        Token::Word(text) | Token::Quoted(text) => text,
        Token::Comma => ",",
        Token::And => "&",
        Token::Or => ";",
        Token::Open => "(",
        Token::Close => ")",
        Token::Equals => "=",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eq(path: &str, value: &str) -> Expression {
        Expression::Compare(Operator::Eq, Path(path.into()), Term::Word(value.into()))
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let (a, b, c) = (eq("a", "1"), eq("b", "2"), eq("c", "3"));
        let tight = Expression::Any(vec![a.clone(), Expression::All(vec![b.clone(), c.clone()])]);
        for text in ["eq(a,1);eq(b,2)&eq(c,3)", "a=1|b=2,c=3", "or(eq(a,1),b=2&c=3)", "OR(a=1,(b=2,c=3))"] {
            assert_eq!(parse(text).unwrap(), tight, "{text}");
        }
        let loose = Expression::All(vec![Expression::Any(vec![a.clone(), b]), c]);
        for text in ["(a=1;b=2)&c=3", "and(a=1;b=2,c=3)", "and(or(a=1,b=2),c=3)"] {
            assert_eq!(parse(text).unwrap(), loose, "{text}");
        }
        assert_eq!(parse("not(and(a=1))").unwrap(), Expression::Not(Box::new(Expression::All(vec![a]))));
    }

    #[test]
    fn terms_say_what_they_are() {
        let compared = |text: &str| match parse(text).unwrap() {
            Expression::Compare(_, path, term) => (path.0, term),
            other => panic!("{other:?}"),
        };
        assert_eq!(compared("eq(name,'a & (b)')").1, Term::Quoted("a & (b)".into()));
        assert_eq!(compared("ne(description,NULL())").1, Term::Null);
        assert_eq!(compared("name=empty()").1, Term::Empty);
        assert_eq!(compared("eq(self(name),self(description))").1, Term::Property(Path("description".into())));
        assert_eq!(compared("gt(self(),1)").0, "");
        assert_eq!(compared("eq(name,'')").1, Term::Quoted(String::new()));
    }

    #[test]
    fn lists_and_collections_are_read() {
        let list = |text: &str| match parse(text).unwrap() {
            Expression::OneOf(_, _, values) => values.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!((list("in(id,('A','B'))"), list("out(id,(A,B,C))"), list("in(id,A)")), (2, 3, 1));
        assert!(matches!(parse("any(modules)").unwrap(), Expression::Elements(Quantifier::Any, _, None)));
        let text = "any(modules,and(eq(id,'x'),eq(name,'y')))";
        assert!(matches!(parse(text).unwrap(), Expression::Elements(Quantifier::Any, _, Some(_))));
    }

    #[test]
    fn every_mistake_has_the_words_that_clients_know() {
        for (text, key, words) in [
            ("mistake(name,x)", "mistake", "Unknown expression group."),
            ("eq(name,mistake())", "mistake", "Unknown expression group."),
            ("active", "active", "Expression expected."),
            ("a=1&", "filter", "Expression expected."),
            ("not()", "filter", "Parentheses and quotes must be balanced."),
            ("and()", "filter", "Expression group cannot be empty."),
            ("()", "filter", "Expression group cannot be empty."),
            ("in(id,())", "id", "Value has to be a non empty array."),
            ("in(id,)", "id", "Value has to be a non empty array."),
            ("name=", "name", "Invalid equals shortcut expression"),
            ("name=eq(a,b)", "name", "Invalid equals shortcut expression"),
            ("name=a=b", "name", "Invalid equals shortcut expression"),
            ("name=self(id)", "name", "Invalid equals shortcut expression"),
            ("eq('name',x)", "name", "Invalid property path."),
            ("eq(name)", "eq", "Wrong arguments."),
            ("eq(name,)", "eq", "Wrong arguments."),
            ("eq(a,b,c)", "eq", "Wrong arguments."),
            ("not(a=1,b=2)", "not", "Wrong arguments."),
            ("all(modules)", "all", "Wrong arguments."),
            ("eq(name,'x'", "filter", "Parentheses and quotes must be balanced."),
            ("eq(name,x))", "filter", "Parentheses and quotes must be balanced."),
            ("eq(name,'x)", "filter", "Parentheses and quotes must be balanced."),
            ("null()", "null()", "Expression expected."),
        ] {
            let mistake = parse(text).unwrap_err();
            assert_eq!(mistake.text, words, "{text}");
            assert!(mistake.key == key || mistake.key == "(not shown)", "{text}: {}", mistake.key);
        }
    }

    #[test]
    fn depth_length_and_lists_are_bounded() {
        let nested = |levels: usize| format!("{}a=1{}", "not(".repeat(levels), ")".repeat(levels));
        assert!(parse(&nested(limits::SEARCH_DEPTH - 1)).is_ok());
        assert!(parse(&nested(limits::SEARCH_DEPTH)).is_err());
        assert!(parse(&"(".repeat(100_000)).is_err());
        let wide = |count: usize| vec!["a=1"; count].join("&");
        assert!(parse(&wide(limits::SEARCH_CONDITIONS)).is_ok());
        assert!(parse(&wide(limits::SEARCH_CONDITIONS + 1)).is_err());
        let list = |count: usize| format!("in(id,({}))", vec!["a"; count].join(","));
        assert!(parse(&list(limits::SEARCH_VALUES)).is_ok());
        assert!(parse(&list(limits::SEARCH_VALUES + 1)).is_err());
    }
}
