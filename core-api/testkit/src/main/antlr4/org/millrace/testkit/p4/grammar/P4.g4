/*
 * P4_16 after appendix G of its language specification (1.2.4). Names of types and other names are one kind of token here: where
 * that matters, in casts, the parser asks which names the text declares as types.
 */
grammar P4;

@parser::members {
    private java.util.Set<String> typeNames = java.util.Set.of();

    /** Names that stand for types in a cast. */
    public void typeNames(java.util.Set<String> names) {
        typeNames = names;
    }

    private boolean castAhead() {
        String next = _input.LT(2).getText();
        return typeNames.contains(next);
    }
}

program : (declaration | ';')* EOF ;

declaration
    : constant   # constantDeclaration
    | annotation* 'extern' name typeParameters? '{' prototype* '}'          # externType
    | annotation* 'extern' prototype                                         # externFunction
    | action                                                                 # actionDeclaration
    | annotation* 'parser' name typeParameters? parameters (';' | constructorParameters? '{' local* parserState+ '}') # parserDeclaration
    | annotation* 'control' name typeParameters? parameters (';' | constructorParameters? '{' local* 'apply' block '}') # controlDeclaration
    | annotation* 'package' name typeParameters? parameters ';'              # packageDeclaration
    | annotation* kind=('header' | 'struct' | 'header_union') name typeParameters? '{' structField* '}' # structDeclaration
    | annotation* 'enum' typeRef? name '{' enumMember (',' enumMember)* ','? '}' # enumDeclaration
    | annotation* 'typedef' typeRef name ';'                                 # typedefDeclaration
    | annotation* 'type' typeRef name ';'                                    # newTypeDeclaration
    | 'error' '{' name (',' name)* ','? '}'                                  # errorDeclaration
    | 'match_kind' '{' name (',' name)* ','? '}'                             # matchKindDeclaration
    | annotation* typeOrVoid name typeParameters? parameters block           # functionDeclaration
    | instantiation                                                          # instance
    ;

constant : annotation* 'const' typeRef name '=' expression ';' ;
instantiation : annotation* typeRef '(' arguments? ')' name ('=' '{' member* '}')? ';' ;
member : annotation* typeOrVoid name typeParameters? parameters block | instantiation ;
structField : annotation* typeRef name ';' ;
enumMember : name ('=' expression)? ;
prototype : annotation* 'abstract'? (typeOrVoid name | name) typeParameters? parameters ';' ;
typeParameters : '<' name (',' name)* '>' ;
parameters : '(' (parameter (',' parameter)*)? ')' ;
constructorParameters : parameters ;
parameter : annotation* direction=('in' | 'out' | 'inout')? typeRef name ('=' expression)? ;
annotation : '@' name ('(' annotationBody* ')' | '[' annotationBody* ']')? ;
annotationBody : '(' annotationBody* ')' | '[' annotationBody* ']' | ~('(' | ')' | '[' | ']') ;

local : constant | instantiation | variable | action | table | valueSet
    | annotation* typeOrVoid name typeParameters? parameters block ;
variable : annotation* typeRef name ('=' expression)? ';' ;
valueSet : annotation* 'value_set' '<' typeRef '>' '(' expression ')' name ';' ;
action : annotation* 'action' name parameters block ;

parserState : annotation* 'state' name '{' statement* ('transition' transition)? '}' ;
transition : name ';' | select ;
select : 'select' '(' expression (',' expression)* ')' '{' selectCase* '}' ;
selectCase : keyset ':' name ';' ;
keyset : '(' simpleKeyset ',' simpleKeyset (',' simpleKeyset)* ')' | simpleKeyset ;
simpleKeyset : 'default' | '_' | expression ('&&&' expression | '..' expression)? ;

table : annotation* 'table' name '{' tableProperty+ '}' ;
tableProperty
    : 'key' '=' '{' keyElement* '}'                                          # keys
    | 'actions' '=' '{' (actionRef ';')* '}'                                 # actionList
    | 'const'? 'entries' '=' '{' entry* '}'                                  # entries
    | annotation* 'const'? name '=' expression ';'                           # property
    ;
keyElement : expression ':' name annotation* ';' ;
actionRef : annotation* '.'? name ('(' arguments? ')')? ;
entry : 'const'? ('priority' '=' expression ':')? keyset ':' actionRef annotation* ';' ;

block : annotation* '{' statement* '}' ;
statement
    : constant                                                               # constantStatement
    | variable                                                               # variableStatement
    | instantiation                                                          # instanceStatement
    | block                                                                  # blockStatement
    | 'if' '(' expression ')' statement ('else' statement)?                  # ifStatement
    | 'switch' '(' expression ')' '{' switchCase* '}'                        # switchStatement
    | 'return' expression? ';'                                               # returnStatement
    | 'exit' ';'                                                             # exitStatement
    | ';'                                                                    # emptyStatement
    | expression '=' expression ';'                                          # assignment
    | expression ';'                                                         # callStatement
    ;
switchCase : ('default' | '_' | expression) ':' block? ;

arguments : argument (',' argument)* ;
argument : name '=' argumentValue | argumentValue ;
argumentValue : '_' | expression ;

typeOrVoid : 'void' | typeRef ;
typeRef
    : baseType                                                               # base
    | 'tuple' '<' typeRef (',' typeRef)* '>'                                 # tuple
    | '.'? name ('<' typeArgument (',' typeArgument)* '>')? ('[' expression ']')?  # named
    ;
typeArgument : '_' | 'void' | typeRef ;
baseType
    : 'bool' | 'error' | 'string' | 'match_kind'
    | ('bit' | 'int' | 'varbit') ('<' (INTEGER | '(' expression ')') '>')?
    ;

expression
    : INTEGER                                                                # integer
    | STRING                                                                 # string
    | ('true' | 'false')                                                     # truth
    | 'this'                                                                 # self
    | 'error' '.' name                                                       # errorMember
    | '.'? name                                                              # nameUse
    | '(' expression ')'                                                     # parenthesis
    | '{' '...' '}'                                                          # defaults
    | '{' name '=' expression (',' name '=' expression)* ','? '}'            # structLiteral
    | '{' (expression (',' expression)*)? ','? '}'                           # listLiteral
    | expression '.' name                                                    # memberUse
    | expression '[' expression (':' expression)? ']'                        # indexed
    | expression '<' typeArgument (',' typeArgument)* '>' '(' arguments? ')' # call
    | expression '(' arguments? ')'                                          # call
    | op=('!' | '~' | '-' | '+') expression                                  # unary
    | {castAhead()}? '(' typeRef ')' expression                              # cast
    | '(' baseType ')' expression                                            # cast
    | expression op=('*' | '/' | '%') expression                             # binary
    | expression op=('+' | '-' | '|+|' | '|-|' | '++') expression            # binary
    | expression ('<<' | '>' '>') expression                                 # shift
    | expression op='&' expression                                           # binary
    | expression op='^' expression                                           # binary
    | expression op='|' expression                                           # binary
    | expression op=('<' | '>' | '<=' | '>=') expression                     # binary
    | expression op=('==' | '!=') expression                                 # binary
    | expression op='&&' expression                                          # binary
    | expression op='||' expression                                          # binary
    | <assoc=right> expression '?' expression ':' expression                 # choice
    ;

name : IDENTIFIER | 'apply' | 'key' | 'actions' | 'state' | 'entries' | 'type' | 'priority' ;

IDENTIFIER : [A-Za-z_] [A-Za-z0-9_]* ;
INTEGER : ([0-9]+ [ws])? ('0' [xX] [0-9a-fA-F_]+ | '0' [bB] [01_]+ | '0' [oO] [0-7_]+ | '0' [dD] [0-9_]+ | [0-9] [0-9_]*) ;
STRING : '"' (~["\\\r\n] | '\\' .)* '"' ;
SPACE : [ \t\r\n\f]+ -> skip ;
COMMENT : '/*' .*? '*/' -> skip ;
LINE_COMMENT : '//' ~[\r\n]* -> skip ;
