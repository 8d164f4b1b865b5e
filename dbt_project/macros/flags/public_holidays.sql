{#- X2: the public holidays of a country for flag working_day_holidays: fixed days ('MM-DD'), days from Easter Sunday,
    and Dutch rules that depend on the year. An unknown country stops at compile time. -#}
{% macro public_holidays(country) -%}
    {%- set countries = {
        none: {'fixed': [], 'from_easter': [], 'dutch': false},
        'NL': {'fixed': ['01-01', '12-25', '12-26'], 'from_easter': [1, 39, 50], 'dutch': true},
        'BE': {
            'fixed': ['01-01', '05-01', '07-21', '08-15', '11-01', '11-11', '12-25'],
            'from_easter': [1, 39, 50], 'dutch': false,
        },
        'DE': {
            'fixed': ['01-01', '05-01', '10-03', '12-25', '12-26'],
            'from_easter': [-2, 1, 39, 50], 'dutch': false,
        },
    } -%}
    {%- if country not in countries -%}
        {%- do exceptions.raise_compiler_error(
            'flag working_day_holidays must be NL, BE or DE, or be left out (it is ' ~ country | tojson ~ ')'
        ) -%}
    {%- endif -%}
    {{ return(countries[country]) }}
{%- endmacro %}
