-- Corner shop: segmentation 'loyalty', version 1.
-- Definition 0000000000000000000000000000000000000000000000000000000000000000.
-- Looks from 2024-10-01: orders after it are left out. To look from another day: --as-of.
-- Makes segment_loyalty_features and segment_loyalty_assignments anew. For other names: --prefix.
-- Times are in Europe/Paris, amounts in EUR.
-- Scores:
--   G 2: gap_variation <= 0.716624
--   G 1: gap_variation > 0.716624, or unknown
--   S 1: spend <= 793.1400, or unknown
--   S 2: spend > 793.1400
-- Segments:
--   Regular high spenders: G is 2 and S is 2
--   Regular low spenders: G is 2 and S is 1
--   Irregular or unproven high spenders: G is 1 and S is 2
--   Irregular or unproven low spenders: G is 1 and S is 1

-- Needs these tables, cleaned as the study cleans them (other columns are not looked at):
--   orders: one row an order, returns apart
--     customer_id: text
--     is_return: boolean, true for what was returned or cancelled
--     ordered_on: date, the day of ordered_at
--     amount: decimal, what the row is worth, negative for returns; null where there are no amounts

-- 1. Features: one row a customer, in these steps:
--   known_orders: what was known on the day, of those who had bought by then
--   rfm_features: one row a customer. recency_days: days from the last order to as_of. orders: count, returns
--       are none. spend: study currency, net of returns; null where the orders carry no amounts.
--   purchase_days: one row a customer and day with at least one order. day_before: that customer's purchase day
--       before; null on the first. gap_days: days since then.
--   rhythm_features: one row a customer. tenure_days: days from the first order to as_of. gap_days: mean days
--       between purchase days (null with one). last_gap_days: days between the last two (null with one).
--       earlier_gap_days: mean of the gaps before that one (null with fewer than two gaps). gap_variation:
--       standard deviation of the gaps over their mean, 0 for a clock (null with fewer than two gaps): sqrt(n ×
--       sum of squares − sum²) ÷ sum, from whole numbers, so that neither their order nor rounding can matter.
DROP TABLE IF EXISTS segment_loyalty_features;
CREATE TABLE segment_loyalty_features AS
WITH known_orders AS (
  SELECT
    *
  FROM orders
  WHERE
    ordered_on <= CAST('2024-10-01' AS DATE)
    AND customer_id IN (SELECT customer_id FROM orders WHERE NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE))
), rfm_features AS (
  SELECT
    customer_id,
    DATEDIFF(
      DAY,
      MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END),
      CAST('2024-10-01' AS DATE)
    ) AS recency_days,
    COUNT(CASE WHEN is_return THEN NULL ELSE 1 END) AS orders,
    SUM(amount) AS spend
  FROM known_orders AS orders
  GROUP BY
    customer_id
), purchase_days__days AS (
  SELECT
    customer_id,
    ordered_on
  FROM known_orders AS orders
  WHERE
    NOT is_return
  GROUP BY
    customer_id,
    ordered_on
), purchase_days__followed AS (
  SELECT
    customer_id,
    ordered_on,
    LAG(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_on) AS day_before
  FROM purchase_days__days AS days
), purchase_days AS (
  SELECT
    customer_id,
    ordered_on,
    day_before,
    DATEDIFF(DAY, day_before, ordered_on) AS gap_days
  FROM purchase_days__followed AS followed
), rhythm_features__gaps AS (
  SELECT
    customer_id,
    MIN(ordered_on) AS first_on,
    DATEDIFF(DAY, MAX(day_before), MAX(ordered_on)) AS last_gap_days,
    COUNT(gap_days) AS gaps,
    SUM(gap_days) AS total,
    SUM(gap_days * gap_days) AS squares
  FROM purchase_days
  GROUP BY
    customer_id
), rhythm_features AS (
  SELECT
    customer_id,
    DATEDIFF(DAY, first_on, CAST('2024-10-01' AS DATE)) AS tenure_days,
    CASE
      WHEN gaps > 0
      THEN FLOOR(CAST(total AS DOUBLE) / gaps * 1000000 + 0.5) / 1000000
    END AS gap_days,
    last_gap_days,
    CASE
      WHEN gaps > 1
      THEN FLOOR(CAST(total - last_gap_days AS DOUBLE) / (gaps - 1) * 1000000 + 0.5) / 1000000
    END AS earlier_gap_days,
    CASE
      WHEN gaps > 1
      THEN FLOOR(SQRT(CAST(gaps * squares - total * total AS DOUBLE)) / total * 1000000 + 0.5) / 1000000
    END AS gap_variation
  FROM rhythm_features__gaps AS gaps
)
SELECT
  rfm_features.customer_id,
  rfm_features.spend,
  rhythm_features.tenure_days,
  rhythm_features.gap_days,
  rhythm_features.last_gap_days,
  rhythm_features.earlier_gap_days,
  rhythm_features.gap_variation
FROM rfm_features
LEFT JOIN rhythm_features
  ON rfm_features.customer_id = rhythm_features.customer_id;

-- 2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.
DROP TABLE IF EXISTS segment_loyalty_assignments;
CREATE TABLE segment_loyalty_assignments AS
WITH scoring_1 AS (
  SELECT
    customer_id,
    CASE
      WHEN gap_variation IS NULL
      THEN 1
      WHEN gap_variation <= 0.716624
      THEN 2
      ELSE 1
    END AS regularity_score,
    CASE WHEN spend IS NULL THEN 1 WHEN spend <= 793.1400 THEN 1 ELSE 2 END AS spend_score
  FROM segment_loyalty_features AS features
), scoring_2 AS (
  SELECT
    customer_id,
    regularity_score,
    spend_score,
    CASE
      WHEN regularity_score = 2 AND spend_score = 2
      THEN 'regular_high_spenders'
      WHEN regularity_score = 2 AND spend_score = 1
      THEN 'regular_low_spenders'
      WHEN regularity_score = 1 AND spend_score = 2
      THEN 'irregular_or_unproven_high_spenders'
      WHEN regularity_score = 1 AND spend_score = 1
      THEN 'irregular_or_unproven_low_spenders'
    END AS segment_id
  FROM scoring_1
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 'regular_high_spenders'
    THEN 'Regular high spenders'
    WHEN segment_id = 'regular_low_spenders'
    THEN 'Regular low spenders'
    WHEN segment_id = 'irregular_or_unproven_high_spenders'
    THEN 'Irregular or unproven high spenders'
    WHEN segment_id = 'irregular_or_unproven_low_spenders'
    THEN 'Irregular or unproven low spenders'
  END AS segment_name,
  CAST(1 AS DOUBLE) AS probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS VARCHAR) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of,
  regularity_score,
  spend_score
FROM scoring_2;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS DOUBLE) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.gap_variation AS DOUBLE)) AS mean_gap_variation,
  AVG(CAST(f.spend AS DOUBLE)) AS mean_spend
FROM segment_loyalty_assignments AS a
INNER JOIN segment_loyalty_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC NULLS LAST,
  a.segment_id;

-- 4. Validation: every customer exactly once, from orders to segments. All rows must say ok.
SELECT
  check_number,
  check_name,
  found,
  wanted,
  CASE WHEN found = wanted THEN 'ok' ELSE 'DIFFERS' END AS verdict
FROM (
  SELECT
    1 AS check_number,
    'customers with an order have features' AS check_name,
    (SELECT COUNT(*) FROM segment_loyalty_features) AS found,
    (
      SELECT
        COUNT(DISTINCT customer_id)
      FROM orders
      WHERE
        NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE)
    ) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_loyalty_features) AS found,
    (SELECT COUNT(*) FROM segment_loyalty_features) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_loyalty_assignments) AS found,
    (SELECT COUNT(*) FROM segment_loyalty_features) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_loyalty_assignments) AS found,
    (SELECT COUNT(*) FROM segment_loyalty_assignments) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_loyalty_assignments) AS found,
    (SELECT COUNT(*) FROM segment_loyalty_assignments) AS wanted
) AS checks
ORDER BY
  check_number;

-- 5. Validation: every segment of the definition with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    'regular_high_spenders' AS segment_id,
    'Regular high spenders' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    'regular_low_spenders' AS segment_id,
    'Regular low spenders' AS segment_name
  UNION ALL
  SELECT
    3 AS place,
    'irregular_or_unproven_high_spenders' AS segment_id,
    'Irregular or unproven high spenders' AS segment_name
  UNION ALL
  SELECT
    4 AS place,
    'irregular_or_unproven_low_spenders' AS segment_id,
    'Irregular or unproven low spenders' AS segment_name
) AS s
LEFT JOIN segment_loyalty_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place;
